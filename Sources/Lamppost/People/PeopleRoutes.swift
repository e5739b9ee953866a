import HTTPServer

enum PeopleRoutes {
  static func register(_ request: Request, _ context: Context) async throws -> Response {
    try await context.limitReports()
    var input = try await request.input()
    let new = NewPerson(&input)
    try input.finish()
    let person = try await context.application.registerPerson(
      email: new.email, name: new.name, password: new.password, role: .citizen, tenantID: context.actor.tenant.id)
    return .json(.created) { person.write(to: &$0) }
  }
}
