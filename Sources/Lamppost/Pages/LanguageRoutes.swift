import HTTPServer
import Localization

/// The language of pages: what was chosen by the switcher, else what the browser asks for, else the township's.
enum LanguageRoutes {
  private static let cookieName = "language"

  static func choose(_ request: Request, _ context: Context) async throws -> Response {
    let form = try context.postedForm()
    guard let language = form["language"].flatMap(Language.init(rawValue:)) else {
      throw Problem.field("language", .unknownOption, "is not a language of these pages")
    }
    if let person = context.actor.person {
      // What they are sent speaks it too.
      _ = try await context.application.changeAccount.choose(language, for: person, tenant: context.actor.tenant)
    }
    var response = Response.redirect(to: form["return"]?.asLocalPath ?? Paths.home())
    response.headers.add(
      "Set-Cookie", "\(cookieName)=\(language.rawValue); Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=31536000")
    return response
  }

  static func language(of request: Request, in tenant: Tenant) -> Language {
    request.cookie(cookieName).flatMap(Language.init(rawValue:))
      ?? request.headers["Accept-Language"].flatMap(Language.negotiate) ?? tenant.language
  }
}
