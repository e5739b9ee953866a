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

  static func changeCategory(_ request: Request, _ context: Context, _ slug: String) async throws -> Response {
    let input = try await request.input()
    let changed = try await context.application.changeCategory(slug, as: context.actor) { old in
      var input = input
      let new = KeptCategory(&input, changing: old)
      try input.finish()
      return new
    }
    return .json(.ok) { changed.write(to: &$0) }
  }
}
