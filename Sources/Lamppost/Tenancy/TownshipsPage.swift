import HTML
import HTTPServer
import Localization

/// The townships of the installation: looked through, and the way to each.
enum TownshipsPage {
  private static let rows = 50

  static func show(_ request: Request, _ context: Context) async throws -> Response {
    let t = context.t
    let word = request.query["q"]?.trimmed ?? ""
    let found = try await context.application.operateTownships.list(
      matching: word.isEmpty ? nil : word, after: request.query["after"], limit: rows + 1, as: context.actor)
    let shown = Array(found.prefix(rows))
    let next = found.count > rows ? shown.last.map { address(word: word, after: $0.slug) } : nil
    return Page(
      title: t("Townships"), width: .wide, styles: ["account"], isPrivate: true,
      main: """
        <h1>\(t("Townships"))</h1>
        <p><a class="button" href="\(Paths.newTownship())">\(t("New township"))</a></p>
        \(search(word, t))\
        \(shown.isEmpty ? empty(word, t) : table(shown, t))\
        \(next.map { "<p><a href=\"\($0)\">\(t("Next page"))</a></p>\n" as HTML })
        """
    ).response(context)
  }

  private static func address(word: String, after slug: String) -> String {
    Paths.townships() + "?" + Query([("q", word), ("after", slug)]).encoded
  }

  private static func search(_ word: String, _ t: Translator) -> HTML {
    """
    <form method="get" action="\(Paths.townships())" role="search" class="field">
    <label for="field-q">\(t("Name, short name or host"))</label>
    <div class="reveal"><input type="search" id="field-q" name="q" value="\(word)" maxlength="200">\
    <button class="quiet">\(t("Search"))</button></div>
    </form>

    """
  }

  private static func empty(_ word: String, _ t: Translator) -> HTML {
    """
    <p class="empty">\(t("No township has “{word}” in its name, short name or hosts.", ["word": word]))
    <br><a href="\(Paths.townships())">\(t("Show all"))</a></p>

    """
  }

  private static func table(_ townships: [KeptTownship], _ t: Translator) -> HTML {
    """
    <div class="scroll" tabindex="0" role="region" aria-label="\(t("Townships"))"><table id="townships" class="rows">
    <thead><tr><th scope="col">\(t("Township"))</th><th scope="col">\(t("Hosts"))</th>\
    <th scope="col">\(t("State"))</th><th scope="col" class="number">\(t("Open"))</th>\
    <th scope="col" class="number">\(t("Reports"))</th><th scope="col" class="number">\(t("Staff"))</th></tr></thead>
    <tbody>
    \(townships.map { row($0, t) })</tbody></table></div>

    """
  }

  private static func row(_ township: KeptTownship, _ t: Translator) -> HTML {
    """
    <tr><th scope="row"><a href="\(Paths.township(township.slug))">\(township.name)</a>\
    <br><span class="muted small">\(township.slug)</span></th>\
    <td>\(hosts(township, t))</td><td>\(state(township, t))</td>\
    <td class="number" data-label="\(t("Open"))">\(t.number(township.openRequests))</td>\
    <td class="number" data-label="\(t("Reports"))">\(t.number(township.requests))</td>\
    <td class="number" data-label="\(t("Staff"))">\(t.number(township.staff))</td></tr>

    """
  }

  private static func hosts(_ township: KeptTownship, _ t: Translator) -> HTML {
    if township.hosts.isEmpty { return "<span class=\"muted\">\(t("Every host while it is alone"))</span>" }
    return "\(township.hosts.enumerated().map { $0 == 0 ? HTML(text: $1) : "<br>\($1)" as HTML })"
  }

  static func state(_ township: KeptTownship, _ t: Translator) -> HTML {
    township.isActive
      ? "<span class=\"badge closed\">\(t("Served"))</span>"
      : "<span class=\"badge on_hold\">\(t("Switched off"))</span>"
  }
}
