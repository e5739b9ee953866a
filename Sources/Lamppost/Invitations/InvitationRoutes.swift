import Credentials
import HTTPServer
import JSON

enum InvitationRoutes {
  static func list(_ request: Request, _ context: Context) async throws -> Response {
    let page = try context.page(of: "invitations", request)
    let invitations = try await context.application.invitations.list(
      after: page.last, limit: page.limit + 1, as: context.actor)
    return page.response(invitations, at: \.id) { $1.write(to: &$0) }
  }

  static func add(_ request: Request, _ context: Context) async throws -> Response {
    let new = try NewInvitation(try await request.input(), by: context.person().role)
    let (invitation, token) = try await context.application.invitations.add(
      new, language: LanguageRoutes.language(of: request, in: context.actor.tenant), as: context.actor)
    return .json(.created) { json in
      invitation.write(to: &json)
      json.field("link", request.origin + Paths.invitePage(token.pathComponent))
    }
  }

  static func withdraw(_ request: Request, _ context: Context, _ id: Int) async throws -> Response {
    try await context.application.invitations.withdraw(id, as: context.actor)
    return Response(.noContent)
  }

  /// The token stands in the body: addresses are where secrets leak from.
  static func accept(_ request: Request, _ context: Context) async throws -> Response {
    try await context.limitReports()
    var input = try await request.input()
    let text = input.requiredText("token", maximum: 100)
    let acceptance = Acceptance(&input)
    try input.finish()
    guard let token = InvitationToken(pathComponent: text) else { throw Problem.notFound }
    let account = try await context.application.acceptInvitation(
      token, name: acceptance.name, password: acceptance.password, as: context.actor)
    return .json(.created) { account.person.write(to: &$0) }
  }

  /// What somebody says who accepts.
  struct Acceptance {
    let name: String?
    let password: String?

    /// Reads it; what is wrong is gathered in `input`.
    init(_ input: inout ObjectInput) {
      name = input.has("name") ? input.requiredText("name", maximum: 200) : nil
      password = input.has("password") ? input.newPassword("password") : nil
    }
  }
}
