import FoundationEssentials
import HTML
import HTTPServer
import Localization

/// The way back into somebody's account, by API.
enum RestoreAccessRoutes {
  static func makeLink(_ request: Request, _ context: Context, _ id: Int) async throws -> Response {
    let link = try await context.application.restoreAccess.makeLink(for: id, as: context.actor)
    var response = Response.json(.created) { json in
      json.field("link", request.origin + Paths.resetPassword(link))
      json.field("expires_in", Int(AccountLink.lifetime))
    }
    response.headers["Cache-Control"] = "private, no-store"
    return response
  }

  static func endSecondFactor(_ request: Request, _ context: Context, _ id: Int) async throws -> Response {
    try await context.application.restoreAccess.endSecondFactor(of: id, as: context.actor)
    return Response(.noContent)
  }
}

/// The same on the person's page.
struct RestoreAccessSection {
  enum Action: String { case link = "reset-link", secondFactor = "end-second-factor" }

  let person: KeptPerson
  let hasSecondFactor: Bool
  let context: Context

  private var t: Translator { context.t }

  /// - Returns: the link, which is shown this once.
  static func submit(
    _ action: Action, _ id: Int, _ request: Request, _ context: Context
  ) async throws -> String? {
    switch action {
    case .link:
      let link = try await context.application.restoreAccess.makeLink(for: id, as: context.actor)
      return request.origin + Paths.resetPassword(link)
    case .secondFactor:
      try await context.application.restoreAccess.endSecondFactor(of: id, as: context.actor)
      return nil
    }
  }

  static func shown(_ link: String, _ person: KeptPerson, _ t: Translator) -> HTML {
    Notice.done(
      t(
        "By this link {name} chooses a new password. It is shown once, and good for an hour.",
        ["name": person.name]), "<p><code id=\"reset-link\">\(link)</code></p>")
  }

  var html: HTML {
    """
    <section class="card" aria-labelledby="restore-title"><h2 id="restore-title">\(t("Cannot sign in any more"))</h2>
    <p class="hint">\(t("Make sure that it is they who ask. It ends every session of theirs, is kept in the audit log, and they are told by mail."))</p>
    \(form(.link, t("Make a link to a new password"), t("For whoever has forgotten it and gets no mail from here.")))\
    \(hasSecondFactor ? form(.secondFactor, t("End their second factor"),
      t("For whoever has lost their telephone and their recovery codes. Their password alone then lets them in.")) : nil)\
    </section>
    """
  }

  private func form(_ action: Action, _ label: String, _ hint: String) -> HTML {
    """
    <form method="post" action="\(Paths.adminPerson(person.id))">\(context.hiddenToken)\
    <input type="hidden" name="action" value="\(action.rawValue)">
    <p>\(hint)</p>
    <button class="quiet">\(label)</button></form>

    """
  }
}
