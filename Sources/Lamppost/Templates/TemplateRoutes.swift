import HTTPServer

enum TemplateRoutes {
  static func list(_ request: Request, _ context: Context) async throws -> Response {
    let page = try context.page(of: "templates", request)
    let templates = try await context.application.replyTemplates.list(
      after: page.last, limit: page.limit + 1, as: context.actor)
    return page.response(templates, at: \.id) { $1.write(to: &$0) }
  }

  static func add(_ request: Request, _ context: Context) async throws -> Response {
    let input = try TemplateInput(try await request.input(), isNew: true)
    let template = try await context.application.replyTemplates.add(input, as: context.actor)
    return answer(.created, template)
  }

  static func change(_ request: Request, _ context: Context, _ id: Int) async throws -> Response {
    let input = try TemplateInput(try await request.input(), isNew: false)
    let template = try await context.application.replyTemplates.change(
      id, input, ifMatch: try request.ifMatch(), as: context.actor)
    return answer(.ok, template)
  }

  static func remove(_ request: Request, _ context: Context, _ id: Int) async throws -> Response {
    try await context.application.replyTemplates.remove(id, as: context.actor)
    return .json(.ok) { _ in }
  }

  static func restore(_ request: Request, _ context: Context, _ id: Int) async throws -> Response {
    let template = try await context.application.replyTemplates.restore(id, as: context.actor)
    return answer(.ok, template)
  }

  private static func answer(_ status: HTTPStatus, _ template: ReplyTemplate) -> Response {
    var response = Response.json(status) { template.write(to: &$0) }
    response.headers["ETag"] = "\"\(template.version)\""
    return response
  }
}
