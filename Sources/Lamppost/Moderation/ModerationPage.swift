import Civic
import FoundationEssentials
import HTML
import HTTPServer
import JSON
import Localization

/// What was pointed out, and the decision about it.
enum ModerationPage {
  /// How many of each kind stand on a page.
  private static let shown = 50

  static func show(_ request: Request, _ context: Context) async throws -> Response {
    try await page(request, context, done: request.query["done"], FormFields(context.t), wrong: nil).response(context)
  }

  static func submit(_ request: Request, _ context: Context) async throws -> Response {
    let form = try context.postedForm()
    do {
      if form["action"] == ModerationAction.unhide.rawValue {
        guard let reference = form["reference"].flatMap({ Reference($0) }) else { throw Problem.notFound }
        var input = ObjectInput(form.object(texts: ["attachment"], numbers: ["comment"]))
        let thing = ModeratedThing(&input)
        try input.finish()
        try await context.application.moderate(
          .unhide, thing, of: reference, reason: context.t("Shown again"), as: context.actor)
        return .redirect(to: Paths.moderationPage() + "?done=shown")
      }
      guard let id = form["id"].flatMap(UUID.init(uuidString:)) else { throw Problem.notFound }
      var input = ObjectInput(form.object(texts: ["decision", "note"]))
      let (decision, note) = ModerationRoutes.decision(&input)
      try input.finish()
      try await context.application.moderate.decide(decision, id, note: note, as: context.actor)
      return .redirect(to: Paths.moderationPage() + "?done=decided")
    } catch let problem as Problem where [409, 422].contains(problem.code.status.code) {
      var shown = try await page(
        request, context, done: nil, FormFields(context.t, form, problem: problem), wrong: form["id"])
      shown.status = problem.code.status
      return shown.response(context)
    }
  }

  private static func page(
    _ request: Request, _ context: Context, done: String?, _ fields: FormFields, wrong: String?
  ) async throws -> Page {
    let t = context.t
    async let waiting = context.application.listAbuse(
      decided: false, cursor: request.query["waiting"], limit: shown, as: context.actor)
    async let decided = context.application.listAbuse(
      decided: true, cursor: request.query["decided"], limit: shown, as: context.actor)
    let (open, past) = (try await waiting, try await decided)
    let notice: String? =
      switch done {
      case "decided": t("Decided.")
      case "shown": t("Whoever saw it before can see it again.")
      default: nil
      }
    let summary = fields.summary { $0 == "note" ? t("Why") : nil }
    return Page(
      title: t("Moderation"), styles: ["staff-request"], isPrivate: true,
      main: """
        \(summary)<h1>\(t("Moderation"))</h1>
        \(notice.map { Notice.done($0) })\
        <p>\(t("What people point out about public reports, updates and photos."))</p>
        \(context.actor.may(.destroy) && !context.actor.isLimited
          ? "<p><a href=\"\(Paths.dataRequestPage())\">\(t("Somebody asks for their data"))</a></p>\n" as HTML : nil)\
        <h2 id="waiting">\(t("To be decided"))</h2>
        \(open.items.isEmpty
          ? "<p class=\"empty card\">\(t("Nothing waits for a decision."))</p>"
          : "<ul class=\"mentions moderation\">\n\(open.items.map { item($0, context, wrong?.uppercased() == $0.id.uuidString ? fields : FormFields(t)) })</ul>"
            as HTML)
        \(more("waiting", open.nextCursor, t("Show more")))
        <h2 id="decided">\(t("Decided lately"))</h2>
        \(past.items.isEmpty
          ? "<p class=\"muted\">\(t("Nothing has been decided yet."))</p>"
          : "<ul class=\"mentions moderation\">\n\(past.items.map { decidedItem($0, context) })</ul>" as HTML)
        \(more("decided", past.nextCursor, t("Older")))
        """)
  }

  private static func more(_ list: String, _ cursor: String?, _ words: String) -> HTML? {
    cursor.map {
      "<p><a class=\"button quiet\" href=\"\(Paths.moderationPage())?\(list)=\($0)#\(list)\">\(words)</a></p>"
    }
  }

  private static func head(_ item: AbuseItem, _ context: Context) -> HTML {
    let t = context.t
    let what =
      switch item.thing {
      case .request: t("Report")
      case .comment: t("Public update")
      case .attachment: t("Photo")
      }
    let photo: HTML? = item.thing.attachment.map { id in
      """
      <p><a href="\(Paths.content(id))"><img src="\(Paths.thumbnail(id))" alt="\(t("The photo in question"))" \
      width="200" height="150" loading="lazy"></a></p>

      """
    }
    return """
      <h3><a href="\(Paths.staffRequest(item.reference))">\(item.title)</a></h3>
      <p class="cluster"><span class="code">\(item.reference.description)</span> <span class="badge">\(what)</span>\
      \(item.isHidden ? " <span class=\"badge\">\(t("Hidden"))</span>" as HTML : nil)</p>
      \(item.excerpt.isEmpty ? nil : "<blockquote class=\"prose\">\(item.excerpt)</blockquote>\n" as HTML)\(photo)\
      <p><strong>\(item.reason.title(t))</strong> <span class="muted small">\(When(item.at, t).html)\
      \(item.count > 1 ? " · \(t("pointed out {count} times", ["count": t.number(item.count)]))" as HTML : nil)</span></p>
      \(item.text.map { "<p class=\"prose\">\($0)</p>\n" as HTML })
      """
  }

  private static func item(_ item: AbuseItem, _ context: Context, _ fields: FormFields) -> HTML {
    let t = context.t
    let id = item.id.uuidString
    let error = fields.error("note") == nil ? nil : t("Say why.")
    // Where the summary leads.
    let field = error == nil ? "note-\(id)" : "field-note"
    // Ids of its own for each: the page holds many such forms.
    return """
      <li class="card">
      \(head(item, context))<form method="post" action="\(Paths.moderationPage())" novalidate>\(context.hiddenToken)
      <input type="hidden" name="id" value="\(id)">
      <div class="field\(error == nil ? "" : " wrong")"><label for="\(field)">\(t("Why"))</label>
      \(error.map { "<p class=\"error\" id=\"field-note-error\"><span class=\"visually-hidden\">\(t("Error:"))</span> \($0)</p>\n" as HTML })\
      <input id="\(field)" name="note" maxlength="1000" value="\(fields.value("note"))"\
      \(error == nil ? nil : " aria-invalid=\"true\" aria-describedby=\"field-note-error\"" as HTML)></div>
      <p class="cluster"><button name="decision" value="hide">\(t("Hide it"))</button>
      <button class="quiet" name="decision" value="dismiss">\(t("Leave it"))</button>\
      \(context.actor.may(.destroy)
        ? "\n<button class=\"quiet danger\" name=\"decision\" value=\"remove\">\(t("Remove it for good"))</button>" as HTML : nil)</p>
      </form>
      </li>

      """
  }

  private static func decidedItem(_ item: AbuseItem, _ context: Context) -> HTML {
    let t = context.t
    let decision =
      switch item.decision {
      case "hidden": t("Hidden")
      case "removed": t("Removed")
      default: t("Left as it is")
      }
    let undo: HTML = """
      <form method="post" action="\(Paths.moderationPage())">\(context.hiddenToken)
      <input type="hidden" name="action" value="unhide"><input type="hidden" name="reference" \
      value="\(item.reference.description)"><input type="hidden" name="comment" \
      value="\(item.thing.comment.map(String.init) ?? "")"><input type="hidden" name="attachment" \
      value="\(item.thing.attachment?.pathComponent ?? "")">
      <button class="quiet">\(t("Show it again"))</button></form>

      """
    return """
      <li class="card">
      \(head(item, context))<p>\(decision)\(item.note.map { ": \($0)" })<br><span class="muted small">\
      \(item.decider ?? "") \(item.decidedAt.map { When($0, t).html })</span></p>
      \(item.isHidden ? undo : nil)</li>

      """
  }
}
