import HTTPServer
import JSON

/// The categories as administrators keep them, by API.
enum KeptCategoryRoutes {
  static func list(_ request: Request, _ context: Context) async throws -> Response {
    try request.query.expect([])
    return .list(try await context.application.changeCategory.list(as: context.actor), nextCursor: nil) {
      $1.write(to: &$0)
    }
  }

  static func read(_ request: Request, _ context: Context, _ slug: String) async throws -> Response {
    answer(.ok, try await context.application.changeCategory.find(slug, as: context.actor))
  }

  static func add(_ request: Request, _ context: Context) async throws -> Response {
    var input = try await request.input()
    let category = KeptCategory(&input, changing: .blank)
    try input.finish()
    return answer(.created, try await context.application.changeCategory.add(category, as: context.actor))
  }

  static func change(_ request: Request, _ context: Context, _ slug: String) async throws -> Response {
    let input = try await request.input()
    let changed = try await context.application.changeCategory(
      slug, ifMatch: try request.ifMatch(), as: context.actor
    ) { old in
      var input = input
      let new = KeptCategory(&input, changing: old)
      try input.finish()
      return new
    }
    return answer(.ok, changed)
  }

  static func reorder(_ request: Request, _ context: Context) async throws -> Response {
    var input = try await request.input()
    let slugs = Self.slugs(&input)
    try input.finish()
    return .list(try await context.application.changeCategory.reorder(slugs, as: context.actor), nextCursor: nil) {
      $1.write(to: &$0)
    }
  }

  private static func slugs(_ input: inout ObjectInput) -> [String] {
    guard let value = input.value("categories") else {
      input.refuse("categories", .required, "is required")
      return []
    }
    guard let list = value.array, case let slugs = list.compactMap(\.string), slugs.count == list.count else {
      input.refuse("categories", .wrongType, "must be a list of slugs")
      return []
    }
    if slugs.count > KeptCategory.limit * 4 { input.refuse("categories", .tooMany, "must not be more") }
    return slugs
  }

  private static func answer(_ status: HTTPStatus, _ category: KeptCategory) -> Response {
    var response = Response.json(status) { category.write(to: &$0) }
    response.headers["ETag"] = "\"\(category.version)\""
    return response
  }
}
