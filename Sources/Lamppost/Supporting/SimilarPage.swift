import FoundationEssentials
import HTML
import HTTPServer
import Localization

/// Between a report's form and its sending, where open reports nearby look the same.
struct SimilarPage {
  let similar: [SimilarRequest]
  let draft: ReportDraft
  let sealedFiles: String?
  let context: Context

  private var t: Translator { context.t }

  var page: Page {
    Page(
      title: t("Is it one of these?"), styles: ["report"], isPrivate: true,
      main: """
        <h1>\(t("Is it one of these?"))</h1>
        <p>\(t("These open reports are close to your place. If one of them is about your problem, say so: your voice is counted, and you need not report it again."))</p>
        <ul class="similar">
        \(similar.map(item))</ul>
        <form method="post" action="\(Paths.report())" class="cluster">
        \(context.hiddenToken)\(entries)\
        <button class="call" name="action" value="send">\(t("None of these, send my report"))</button>
        <button class="quiet" name="action" value="edit">\(t("Change my report"))</button>
        </form>
        """)
  }

  private func item(_ request: SimilarRequest) -> HTML {
    let title = request.icon.isEmpty ? request.title : "\(request.icon) \(request.title)"
    return """
      <li class="card">
      \(request.photo.map { "<img src=\"\(Paths.thumbnail($0))\" alt=\"\" width=\"96\" height=\"72\" loading=\"lazy\">\n" as HTML })\
      <div><h2><a href="\(Paths.requestPage(request.reference))" target="_blank">\(title)\
      <span class="visually-hidden"> \(t("(opens in a new tab)"))</span></a></h2>
      <p class="hint">\(SimilarWords.facts(request, t, now: .now))</p>
      <form method="post" action="\(Paths.supportPage(request.reference))">\(context.hiddenToken)\
      <button class="small" aria-label="\(t("Same problem: {title}", ["title": request.title]))">\
      \(t("Same problem"))</button></form></div>
      </li>

      """
  }

  /// Everything that was entered goes along.
  private var entries: HTML {
    let own: Set = [PageForm.tokenField, "action", "similar_seen", "held", "drop", "idempotency_key"]
    var fields = draft.form.names.filter { !own.contains($0) }
    fields = fields.enumerated().filter { index, name in fields.firstIndex(of: name) == index }.map(\.element)
    var hidden: [(String, String)] = [("idempotency_key", draft.key), ("similar_seen", "true")]
    if let sealedFiles { hidden.append(("held", sealedFiles)) }
    for name in fields { hidden += draft.form.values(name).map { (name, $0) } }
    return hidden.map { "<input type=\"hidden\" name=\"\($0.0)\" value=\"\($0.1)\">\n" as HTML }.joined()
  }
}

/// What is said of a request that looks the same.
enum SimilarWords {
  static func facts(_ request: SimilarRequest, _ t: Translator, now: Date) -> String {
    var facts = [
      t("{count} m away", ["count": t.number(Int(request.distance.rounded()))]),
      t("reported {when}", ["when": t.relative(request.createdAt, to: now)]),
    ]
    if request.supporters > 0 {
      facts.append(t.plural("{count} other person has it too", "{count} other people have it too", request.supporters))
    }
    return facts.joined(separator: " · ")
  }
}
