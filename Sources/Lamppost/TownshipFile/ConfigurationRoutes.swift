import HTTPServer
import JSON

/// The township's configuration as one file, by API.
enum ConfigurationRoutes {
  static func read(_ request: Request, _ context: Context) async throws -> Response {
    try request.query.expect([])
    return file(try await context.application.importConfiguration.export(as: context.actor), context)
  }

  static func change(_ request: Request, _ context: Context) async throws -> Response {
    try request.query.expect(["dry_run"])
    let isDryRun: Bool
    switch request.query["dry_run"] {
    case nil, "false": isDryRun = false
    case "true": isDryRun = true
    default: throw Problem.parameter("dry_run", "must be true or false")
    }
    guard request.headers["Content-Type"]?.mediaType == "application/json" else {
      throw Problem(.unsupportedMediaType, "The body must be application/json.")
    }
    let bytes = try await request.body.collect(upTo: ImportConfiguration.largest)
    let outcome = try await context.application.importConfiguration(bytes, isDryRun: isDryRun, as: context.actor)
    return .json(.ok) { outcome.write(to: &$0) }
  }

  /// As a download.
  static func file(_ bytes: [UInt8], _ context: Context) -> Response {
    var response = Response(.ok, contentType: "application/json", bytes: bytes)
    response.headers["Content-Disposition"] = "attachment; filename=\"\(context.actor.tenant.slug)-configuration.json\""
    response.headers["Cache-Control"] = "private, no-store"
    return response
  }
}
