import HTTPServer
import JSON

/// What the township offers, by API.
enum AdministrationRoutes {
  static func settings(_ request: Request, _ context: Context) async throws -> Response {
    .json(.ok) { TownshipSettings(context.actor.tenant).write(to: &$0) }
  }

  static func changeSettings(_ request: Request, _ context: Context) async throws -> Response {
    var input = try await request.input()
    let settings = TownshipSettings(&input, changing: TownshipSettings(context.actor.tenant))
    try input.finish()
    try await context.application.changeSettings(settings, as: context.actor)
    return .json(.ok) { settings.write(to: &$0) }
  }
}
