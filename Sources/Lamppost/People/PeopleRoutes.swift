import HTTPServer

enum PeopleRoutes {
  /// Colleagues, for who assigns and who calls by name.
  static func listStaff(_ request: Request, _ context: Context) async throws -> Response {
    guard request.query["staff"] == "true" else {
      throw Problem.parameter("staff", "must be true: other people are not listed here")
    }
    let text = request.query["q"]?.trimmed
    if let text, !(1...200).contains(text.unicodeScalars.count) {
      throw Problem.parameter("q", "must have 1 to 200 characters")
    }
    let page = try context.page(of: "staff \(text ?? "")", request)
    let people = try await context.application.listStaff(
      beginning: text, after: page.last, limit: page.limit + 1, as: context.actor)
    return page.response(people, at: \.id) { $1.write(to: &$0) }
  }

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
