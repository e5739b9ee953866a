import HTTPServer
import JSON

/// What the township offers, by API.
enum AdministrationRoutes {
  static func settings(_ request: Request, _ context: Context) async throws -> Response {
    try await context.application.changeSettings.read(as: context.actor).answer { $0.write(to: &$1) }
  }

  static func changeSettings(_ request: Request, _ context: Context) async throws -> Response {
    let input = try await request.input()
    let settings = try await context.application.changeSettings(
      ifMatch: try request.ifMatch(), as: context.actor
    ) { old in
      var input = input
      let new = TownshipSettings(&input, changing: old)
      try input.finish()
      return new
    }
    return settings.answer { $0.write(to: &$1) }
  }
}
