import Civic
import HTTPServer
import JSON
import Localization

enum FollowRoutes {
  /// `{email?}`: guests give their address, whoever is signed in is written to at theirs.
  static func add(_ request: Request, _ context: Context, _ reference: Reference) async throws -> Response {
    var input = try await request.input()
    let isGuest = context.actor.person == nil
    let email = isGuest ? input.mailAddress("email") : nil
    try input.finish()
    try await context.follow(
      reference, email: email, language: LanguageRoutes.language(of: request, in: context.actor.tenant))
    return answer(isFollowing: !isGuest, isAsked: isGuest)
  }

  static func remove(_ request: Request, _ context: Context, _ reference: Reference) async throws -> Response {
    try await context.application.followRequest.stop(reference, as: context.actor)
    return answer(isFollowing: false, isAsked: false)
  }

  private static func answer(isFollowing: Bool, isAsked: Bool) -> Response {
    .json(.ok) { json in
      json.field("following", isFollowing)
      json.field("confirmation_sent", isAsked)
    }
  }
}

extension ObjectInput {
  /// An address that mail can be sent to.
  mutating func mailAddress(_ key: String) -> String {
    let email = requiredText(key, maximum: 254)
    if !email.isEmpty && !email.canBeMailed { refuse(key, .invalidFormat, "must be an email address") }
    return email
  }
}

extension Context {
  /// - Parameter email: a guest's; nil for whoever is signed in.
  /// - Throws: `mail_unavailable` for guests where no mail is sent, `rate_limited`.
  func follow(_ reference: Reference, email: String?, language: Language) async throws {
    guard let email else {
      return try await application.followRequest(reference, language: language, as: actor)
    }
    try await limitMail(to: email)
    try await application.followRequest.ask(reference, email: email, language: language, as: actor)
  }

  /// Mail that somebody asks for to an address which may be another's: limited by who asks, and by whom it goes to.
  func limitMail(to subject: String) async throws {
    guard application.sendsMail else { throw Problem(.mailUnavailable) }
    try await application.limiter.take(.mailNetwork, "\(actor.tenant.id) \(clientNetwork(clientAddress))")
    try await application.limiter.take(.mailSubject, "\(actor.tenant.id) \(subject.lowercased())")
  }
}
