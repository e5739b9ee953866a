import HTTPServer
import JSON

enum DepartmentRoutes {
  static func list(_ request: Request, _ context: Context) async throws -> Response {
    let page = try context.page(of: "departments", request)
    let departments = try await context.application.departments.list(
      after: page.last, limit: page.limit + 1, as: context.actor)
    return page.response(departments, at: \.id) { $1.write(to: &$0) }
  }

  static func read(_ request: Request, _ context: Context, _ slug: String) async throws -> Response {
    let (department, members) = try await context.application.departments.find(slug, as: context.actor)
    var response = Response.json(.ok) { json in
      department.write(to: &json)
      json.array("people") { list in for member in members { list.object { member.write(to: &$0) } } }
    }
    response.headers["ETag"] = "\"\(department.version)\""
    return response
  }

  static func add(_ request: Request, _ context: Context) async throws -> Response {
    var input = try await request.input()
    let name = input.requiredText("name", maximum: Departments.longestName)
    try input.finish()
    let department = try await context.application.departments.add(name: name, as: context.actor)
    return .json(.created) { department.write(to: &$0) }
  }

  static func change(_ request: Request, _ context: Context, _ slug: String) async throws -> Response {
    let (name, isActive) = try read(try await request.input())
    let department = try await context.application.departments.change(
      slug, name: name, isActive: isActive, ifMatch: try request.ifMatch(), as: context.actor)
    var response = Response.json(.ok) { department.write(to: &$0) }
    response.headers["ETag"] = "\"\(department.version)\""
    return response
  }

  /// A change of a department: nil stays.
  static func read(_ input: ObjectInput) throws(Problem) -> (name: String?, isActive: Bool?) {
    var input = input
    let name = input.has("name") ? input.requiredText("name", maximum: Departments.longestName) : nil
    let isActive = input.bool("active")
    try input.finish()
    return (name, isActive)
  }

  static func addMember(_ request: Request, _ context: Context, _ slug: String) async throws -> Response {
    var input = try await request.input()
    let person = input.integer("person")
    if person == nil && input.errors.isEmpty { input.refuse("person", .required, "is required") }
    try input.finish()
    try await context.application.departments.set(person ?? 0, isMember: true, of: slug, as: context.actor)
    return try await read(request, context, slug)
  }

  static func removeMember(
    _ request: Request, _ context: Context, _ slug: String, _ person: Int
  ) async throws -> Response {
    try await context.application.departments.set(person, isMember: false, of: slug, as: context.actor)
    return Response(.noContent)
  }
}
