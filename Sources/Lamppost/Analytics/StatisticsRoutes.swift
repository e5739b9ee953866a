import HTTPServer

enum StatisticsRoutes {
  static func read(_ request: Request, _ context: Context) async throws -> Response {
    let scope = try StatisticsScope(request.query)
    let statistics = try await context.application.readStatistics(scope, as: context.actor)
    return Response(.ok, contentType: "application/json", bytes: statistics.bytes)
  }
}
