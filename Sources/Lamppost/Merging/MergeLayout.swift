import Civic
import HTML
import HTTPServer
import Localization

/// The page put together.
struct MergeLayout {
  let context: Context
  let duplicate: ServiceRequest
  let form: PageForm
  /// nil where the two cannot be merged.
  let preview: MergePreview?
  let problem: Problem?

  private var t: Translator { context.t }

  var page: Page {
    let fields = FormFields(t, form, problem: problem?.isConflict == true ? nil : problem)
    return Page(
      title: t("Merge two reports"), status: problem?.code.status ?? .ok, styles: ["staff-request"], isPrivate: true,
      main: """
        \(fields.summary { $0 == "of" ? t("The other report") : nil })\(conflict)\
        <nav class="trail" aria-label="\(t("Where you are"))"><a href="\(Paths.triage())">\(t("Triage"))</a> \
        <span aria-hidden="true">›</span> \
        <a class="code" href="\(Paths.staffRequest(duplicate.reference))">\(duplicate.reference.description)</a></nav>
        <h1>\(t("Merge two reports"))</h1>
        \(preview.map(confirmation) ?? search(fields))
        """)
  }

  private var conflict: HTML? {
    guard problem?.isConflict == true else { return nil }
    return """
      <div class="notice warn" role="alert" id="conflict">
      <h2 class="notice-title">\(t("Somebody else changed this"))</h2>
      <p>\(t("One of the two has been changed meanwhile. Here is how they stand now: look again before you merge them."))</p>
      </div>

      """
  }

  /// Where the other report is not found, or not fit: to try another.
  private func search(_ fields: FormFields) -> HTML {
    """
    <p><strong>\(duplicate.title)</strong></p>
    <form method="get" action="\(Paths.mergePage(duplicate.reference))" novalidate>
    \(fields.text("of", t("Merge into the report with this reference"), .init(autocomplete: "off", maximumLength: 32)))\
    <p class="cluster"><button>\(t("Show what will move"))</button> \
    <a href="\(Paths.staffRequest(duplicate.reference))">\(t("Cancel"))</a></p>
    </form>
    """
  }

  private func confirmation(_ preview: MergePreview) -> HTML {
    let survivor = preview.pair.survivor
    return """
      <div class="sides">
      \(side(t("This report becomes a duplicate"), preview.pair.duplicate))\
      \(side(t("This report goes on"), survivor))</div>
      \(preview.pair.distance.map { metres in
        "<p id=\"apart\">\(t("{metres} metres apart", ["metres": t.number(Int(metres.rounded()))]))</p>\n" as HTML
      })\
      <section aria-labelledby="moves-title">
      <h2 id="moves-title">\(t("What will move"))</h2>
      <ul id="moves">
      \(moves(preview).map { "<li>\($0)</li>\n" as HTML })</ul>
      \(stays(preview))</section>
      <p>\(t("The duplicate’s page will lead to the other report. Its reporter and followers are told what becomes of that one. You can take the merge back later: everything that moved goes back."))</p>
      <form method="post" action="\(Paths.mergePage(duplicate.reference))">\(context.hiddenToken)
      <input type="hidden" name="of" value="\(survivor.reference.description)">
      <input type="hidden" name="version" value="\(preview.pair.duplicate.facts.version)">
      <input type="hidden" name="survivor_version" value="\(survivor.facts.version)">
      <p class="cluster"><button>\(t("Merge into {reference}", ["reference": survivor.reference.description]))</button> \
      <a href="\(Paths.staffRequest(duplicate.reference))">\(t("Cancel"))</a></p>
      </form>
      """
  }

  private func side(_ heading: String, _ request: ServiceRequest) -> HTML {
    """
    <section class="card"><h2>\(heading)</h2>
    <p><a href="\(Paths.staffRequest(request.reference))">\(request.title)</a>
    <span class="code">\(request.reference.description)</span></p>
    <p class="cluster">\(request.facts.status.badge(t)) <span class="muted">\(request.categoryName)</span></p>
    <p class="muted small">\(request.address.map { "\($0) · " as HTML })\
    \(t("reported {when}", ["when": t.relative(request.createdAt, to: .now)]))</p>
    </section>

    """
  }

  private func moves(_ preview: MergePreview) -> [String] {
    let lines = [
      (preview.comments, t.plural("{count} comment", "{count} comments", preview.comments)),
      (preview.files, t.plural("{count} photo or document", "{count} photos and documents", preview.files)),
      (preview.supporters, t.plural("{count} supporter", "{count} supporters", preview.supporters)),
      (preview.followers, t.plural("{count} follower", "{count} followers", preview.followers)),
    ].filter { $0.0 > 0 }.map(\.1)
    return lines + [t("The voice of its reporter, as a supporter")]
  }

  private func stays(_ preview: MergePreview) -> HTML? {
    let lines = [
      (preview.commentsStaying, t.plural("{count} message", "{count} messages", preview.commentsStaying)),
      (
        preview.filesStaying,
        t.plural("{count} photo or document", "{count} photos and documents", preview.filesStaying)
      ),
    ].filter { $0.0 > 0 }.map(\.1)
    if lines.isEmpty { return nil }
    return """
      <h2>\(t("What stays with the duplicate"))</h2>
      <p class="hint">\(t("Others than before would be able to read it at the other report."))</p>
      <ul id="stays">
      \(lines.map { "<li>\($0)</li>\n" as HTML })</ul>

      """
  }
}
