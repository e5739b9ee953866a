import Civic
import HTTPServer

enum PeopleRoutes {
  /// `staff=true`: colleagues, for who assigns and who calls by name. Else everything there is to keep of people.
  static func list(_ request: Request, _ context: Context) async throws -> Response {
    if request.query["staff"] != nil { return try await listStaff(request, context) }
    let filter = try ListPeople.Filter(request.query)
    let page = try context.page(of: "people \(context.actor.may(.managePeople)) \(filter)", request)
    let people = try await context.application.listPeople(
      filter, after: page.last, limit: page.limit + 1, as: context.actor)
    return page.response(people, at: \.id) { $1.write(to: &$0) }
  }

  private static func listStaff(_ request: Request, _ context: Context) async throws -> Response {
    guard request.query["staff"] == "true" else { throw Problem.parameter("staff", "must be true or left out") }
    for name in ["role", "active", "department"] where request.query[name] != nil {
      throw Problem.parameter(name, "does not go with staff")
    }
    let text = try request.query.searchText()
    let page = try context.page(of: "staff \(text ?? "")", request)
    let people = try await context.application.listStaff(
      beginning: text, after: page.last, limit: page.limit + 1, as: context.actor)
    return page.response(people, at: \.id) { $1.write(to: &$0) }
  }

  static func read(_ request: Request, _ context: Context, _ id: Int) async throws -> Response {
    let person = try await context.application.listPeople.find(id, as: context.actor)
    return try await answer(person, context)
  }

  private static func answer(_ person: KeptPerson, _ context: Context) async throws -> Response {
    let open = try await context.application.listPeople.openRequests(of: person.id, as: context.actor)
    var response = Response.json(.ok) { json in
      person.write(to: &json)
      json.field("open_requests", open)
    }
    response.headers["ETag"] = "\"\(person.version)\""
    return response
  }

  static func change(_ request: Request, _ context: Context, _ id: Int) async throws -> Response {
    let change = try PersonChange(try await request.input())
    let person = try await context.application.changePerson(
      id, change, ifMatch: try request.ifMatch(), as: context.actor)
    return try await answer(person, context)
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

extension ListPeople.Filter {
  /// - Throws: `invalid_parameter`.
  init(_ query: Query) throws(Problem) {
    text = try query.searchText()
    if let words = query["role"] {
      for word in words.split(separator: ",", omittingEmptySubsequences: false) {
        guard let role = Role(rawValue: String(word)) else {
          throw .parameter("role", "must be roles, e.g. agent,crew")
        }
        roles.append(role)
      }
    }
    isActive = try query.parsed("active", "must be true or false", Bool.init)
    department = query["department"]
    if let department, !(1...100).contains(department.unicodeScalars.count) {
      throw .parameter("department", "must have 1 to 100 characters")
    }
  }
}

extension Query {
  /// - Throws: `invalid_parameter`.
  fileprivate func searchText() throws(Problem) -> String? {
    guard let text = self["q"]?.trimmed else { return nil }
    if !(1...200).contains(text.unicodeScalars.count) { throw .parameter("q", "must have 1 to 200 characters") }
    return text
  }
}
