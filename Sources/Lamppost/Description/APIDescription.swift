import HTTPServer

/// A route and what is said of it.
struct DescribedCall: Sendable {
  let operation: Operation
  let access: Access

  /// Every refusal by its status, the server's own faults together.
  var problemsByStatus: [(status: String, codes: [Problem.Code])] {
    let codes = operation.problems(for: access)
    let statuses = Set(codes.map { Self.range($0.status.code) }).sorted()
    return statuses.map { status in (status, codes.filter { Self.range($0.status.code) == status }) }
  }

  private static func range(_ status: Int) -> String { status >= 500 ? "5XX" : String(status) }
}

/// The API's description of itself, made once. It is not only to be read: a query parameter that it does not name is
/// refused.
struct APIDescription: Sendable {
  let calls: [DescribedCall]
  /// OpenAPI 3.1.
  let document: [UInt8]
  /// The same to read.
  let page: [UInt8]
  private let queryNames: [Call: Set<String>]

  private struct Call: Hashable {
    let method: HTTPServer.Method
    let template: String
  }

  /// - Parameters:
  ///   - uploads: whose limits are part of the description.
  ///   - style: the address of the page's style sheet.
  init(_ routes: [RouteDescription<Access>], uploads: UploadConfiguration, style: String) {
    let operations = Operation.all(uploads)
    calls = routes.compactMap { route in
      operations.first { $0.method == route.method && $0.template == route.template }
        .map { DescribedCall(operation: $0, access: route.access) }
    }
    document = OpenAPIDocument(calls: calls).bytes
    page = APIPage(calls: calls, style: style).html.bytes
    queryNames = Dictionary(
      uniqueKeysWithValues: calls.map { call in
        let names = call.operation.parameters.filter { $0.place == .query }.map(\.name)
        return (Call(method: call.operation.method, template: call.operation.template), Set(names))
      })
  }

  /// A misspelt filter must not widen a result.
  /// - Throws: `unknown_parameter`, `invalid_parameter` for one that comes twice.
  func checkQuery(of request: Request, template: String) throws(Problem) {
    let method = request.method == .head ? .get : request.method
    guard let names = queryNames[Call(method: method, template: template)] else { return }
    try request.query.expect(names)
  }
}

enum DescriptionRoutes {
  static func document(_ request: Request, _ context: Context) async throws -> Response {
    var response = Response(
      .ok, contentType: "application/json", bytes: context.application.description.document)
    response.headers["Cache-Control"] = "public, max-age=300"
    return response
  }

  static func page(_ request: Request, _ context: Context) async throws -> Response {
    var response = Response(
      .ok, contentType: "text/html; charset=utf-8", bytes: context.application.description.page)
    response.headers["Content-Security-Policy"] =
      "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    response.headers["Cache-Control"] = "public, max-age=300"
    return response
  }
}
