import Civic
import HTTPServer
import JSON
import Localization
import PostgreSQL

/// Somebody whom the operator asks to keep a township.
struct NewAdministrator: Sendable {
  let email: String
  let name: String

  /// Reads it; what is wrong is gathered in `input`.
  init(_ input: inout ObjectInput) {
    email = input.mailAddress("email").lowercased()
    name = input.requiredText("name", maximum: 200)
  }
}

/// An invitation, and what its link ends with: nobody can be told it later.
struct AskedAdministrator: Sendable {
  let invitation: Invitation
  let token: InvitationToken

  func link(_ origin: String) -> String { origin + Paths.invitePage(token.pathComponent) }

  func write(to json: inout JSONObjectWriter, _ origin: String) {
    invitation.write(to: &json)
    json.field("link", link(origin))
  }
}

extension KeptTownship {
  /// Where its pages are, without a slash at the end: at a host of its own, with the scheme and the port of this call.
  func origin(_ request: Request) -> String {
    guard let host = hosts.first, !hosts.contains(request.host) else { return request.origin }
    return "\(request.scheme)://\(host)\(request.hostAndPort.dropFirst(request.host.count))"
  }
}

extension OperateTownships {
  /// Asks somebody to keep a township; asking the same address again ends the older link.
  /// - Throws: `not_found`, `email_taken` for who works there already or was deactivated, `conflict` for a township that
  ///   is switched off, where no link opens anything.
  func inviteAdministrator(
    _ new: NewAdministrator, of slug: String, as actor: Actor
  ) async throws -> (KeptTownship, AskedAdministrator) {
    let operatorID = try operatorID(actor)
    return try await home(actor).write { transaction in
      let township = try await Self.read(slug, operatorID, transaction)
      if !township.isActive { throw Problem(.conflict, "The township is switched off.") }
      return (township, try await ask(new, for: township, in: transaction, by: actor))
    }
  }

  /// In the operator's own audit log stands who it was, in the township's that somebody was invited.
  func ask(
    _ new: NewAdministrator, for township: KeptTownship, in transaction: Transaction, by actor: Actor
  ) async throws -> AskedAdministrator {
    let operatorID = try operatorID(actor)
    try await transaction.execute(AuditEvent(.invited, "township \(township.slug)", by: operatorID).insertion)
    var asked: AskedAdministrator?
    try await Self.within(township.id, transaction, home: actor.tenant.id) {
      let (invitation, token) = try await Invitations.add(
        NewInvitation(administrator: new.email, name: new.name),
        language: Language(rawValue: township.language) ?? .english,
        by: .operator(operatorID, tenantID: actor.tenant.id), isMailed: sendsMail, in: transaction)
      asked = AskedAdministrator(invitation: invitation, token: token)
    }
    guard let asked else { throw Problem.notFound }
    return asked
  }
}
