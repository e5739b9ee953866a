import HTTPServer
import JSON

/// How the township shows itself, by API.
enum BrandingRoutes {
  static func read(_ request: Request, _ context: Context) async throws -> Response {
    let tenant = context.actor.tenant
    return .json(.ok) { Branding(tenant).writeWorn(tenant.logo, to: &$0) }
  }

  static func change(_ request: Request, _ context: Context) async throws -> Response {
    let input = try await request.input()
    let (branding, logo) = try await context.application.changeBranding(as: context.actor) { old in
      var input = input
      let new = Branding(&input, changing: old)
      try input.finish()
      return new
    }
    return .json(.ok) { branding.writeWorn(logo, to: &$0) }
  }
}
