import Credentials
import HTTPServer

enum PeopleRoutes {
  static func register(_ request: Request, _ context: Context) async throws -> Response {
    try await context.limitReports()
    var input = try await request.input()
    let email = input.requiredText("email", maximum: 254)
    if !email.isEmpty && !email.looksLikeAnEmailAddress {
      input.refuse("email", .invalidFormat, "must be an email address")
    }
    let name = input.requiredText("name", maximum: 200)
    let password = input.secretText("password", maximum: PasswordHasher.longestPassword)
    if !password.isEmpty && password.unicodeScalars.count < RegisterPerson.shortestPassword {
      input.refuse("password", .tooShort, "must have at least \(RegisterPerson.shortestPassword) characters")
    }
    try input.finish()
    let person = try await context.application.registerPerson(
      email: email, name: name, password: password, role: .citizen, tenantID: context.actor.tenant.id)
    return .json(.created) { person.write(to: &$0) }
  }
}
