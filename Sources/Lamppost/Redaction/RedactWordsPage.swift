import Civic
import HTML
import HTTPServer
import JSON
import Localization

/// Where staff take words out of a request's texts, and managers look at what was kept of them.
enum RedactWordsPage {
  static func show(_ request: Request, _ context: Context, _ reference: Reference) async throws -> Response {
    var fields = FormFields(context.t)
    fields.entered = ["original": ["seal"]]
    let shown = try await page(
      context, reference, fields, done: request.query["done"], showsSealed: request.query["sealed"] == "show")
    return shown.response(context)
  }

  static func submit(_ request: Request, _ context: Context, _ reference: Reference) async throws -> Response {
    let form = try context.postedForm()
    if form["action"] == "destroy" {
      try await context.application.destroySealed(reference, as: context.actor)
      return .redirect(to: Paths.redactWordsPage(reference) + "?done=destroyed")
    }
    do {
      let words = (form["words"] ?? "").split(whereSeparator: \.isNewline).map { JSONValue.string(String($0)) }
      var members = form.object(texts: ["original", "reason"]).members
      members.append(.init(key: "words", value: .array(words)))
      let change = try WordRedaction(ObjectInput(JSONObject(members: members)))
      try await context.application.redactWords(change, of: reference, as: context.actor)
      return .redirect(to: Paths.redactWordsPage(reference) + "?done=redacted")
    } catch let problem as Problem where problem.code.status == .unprocessableContent {
      var shown = try await page(context, reference, FormFields(context.t, form, problem: problem), done: nil)
      shown.status = problem.code.status
      return shown.response(context)
    }
  }

  private static func page(
    _ context: Context, _ reference: Reference, _ fields: FormFields, done: String?, showsSealed: Bool = false
  ) async throws -> Page {
    let t = context.t
    let request = try await context.application.findRequest(reference, as: context.actor).get()
    let mayDestroy = context.actor.may(.destroy, on: request.facts)
    let sealed = mayDestroy ? try await sealed(of: reference, isShown: showsSealed, context) : nil
    let notice: String? =
      switch done {
      case "redacted": t("The words are gone from everything that can be read here.")
      case "destroyed": t("The originals are destroyed.")
      default: nil
      }
    let labels = ["words": t("Words to blacken"), "reason": t("Why"), "original": RedactionWords.originals(t)]
    return Page(
      title: t("Blacken words"), styles: ["staff-request"], isPrivate: true,
      main: """
        <nav class="trail" aria-label="\(t("Where you are"))"><a href="\(Paths.staffRequest(reference))">\(reference.description)</a></nav>
        \(fields.summary { labels[$0] })<h1>\(t("Blacken words"))</h1>
        \(notice.map { Notice.done($0) })\
        <p>\(t("They are taken out of the title, the description, the address, the answers to the category's questions, every comment and the history of “{title}”, and “[redacted]” stands in their place; the rest of each text stays.", ["title": request.title]))</p>
        \(request.description.isEmpty ? nil : "<blockquote class=\"prose\">\(request.description)</blockquote>\n" as HTML)\
        <form method="post" action="\(Paths.redactWordsPage(reference))" novalidate>\(context.hiddenToken)
        \(fields.textArea("words", labels["words"]!, .init(
          hint: t("One a line. Upper and lower case are the same."), maximumLength: 4000, rows: 4)))\
        \(fields.radios("original", labels["original"]!, RedactionWords.fates(t, mayDestroy: mayDestroy)))\
        \(fields.text("reason", labels["reason"]!, .init(hint: t("Kept in the internal history: do not repeat the words."), maximumLength: 1000)))\
        <button>\(t("Blacken"))</button>
        </form>
        \(sealed)
        """)
  }

  /// That there is something, until somebody asks to see it: to look is a step of its own, which the audit log keeps.
  private static func sealed(of reference: Reference, isShown: Bool, _ context: Context) async throws -> HTML? {
    let (t, originals) = (context.t, context.application.destroySealed)
    let count = try await originals.count(reference, as: context.actor)
    if count == 0 { return nil }
    let content: HTML =
      isShown
      ? shown(try await originals.read(reference, as: context.actor), t)
      : """
      <p><a class="button quiet" href="\(Paths.redactWordsPage(reference))?sealed=show#sealed">\(t("Look at the originals"))</a></p>
      """
    return """
      <h2 id="sealed">\(t("Sealed originals"))</h2>
      <p>\(t.plural("{count} original is kept.", "{count} originals are kept.", count)) \
      \(t("Only managers and administrators see this, and the audit log keeps who has looked."))</p>
      \(content)
      <form method="post" action="\(Paths.redactWordsPage(reference))">\(context.hiddenToken)
      <button class="quiet danger" name="action" value="destroy">\(t("Destroy the originals for good"))</button></form>

      """
  }

  private static func shown(_ originals: SealedOriginals, _ t: Translator) -> HTML {
    """
    <dl class="facts stacked">
    \(originals.texts.map { text in
      "<dt>\(RedactionWords.field(text.field, t)), \(When(text.at, t).html)</dt><dd class=\"prose\">\(text.original)</dd>\n" as HTML
    })</dl>
    <ul class="photos">
    \(originals.images.map { id in
      "<li><a href=\"\(Paths.content(id))\"><img src=\"\(Paths.thumbnail(id))\" alt=\"\(t("Sealed original"))\" width=\"200\" height=\"150\"></a></li>\n" as HTML
    })</ul>
    """
  }
}

/// What both pages of blackening say.
enum RedactionWords {
  static func originals(_ t: Translator) -> String { t("What becomes of the original") }

  static func fates(_ t: Translator, mayDestroy: Bool) -> [(value: String, label: String)] {
    let seal = (OriginalFate.seal.rawValue, t("Sealed: managers and administrators can still look at it"))
    return mayDestroy ? [seal, (OriginalFate.destroy.rawValue, t("Destroyed, for good"))] : [seal]
  }

  static func field(_ name: String, _ t: Translator) -> String {
    switch name {
    case "title": t("Title")
    case "description": t("Description")
    case "address": t("Address")
    case let answer where answer.hasPrefix("answer "): t("Answer")
    case let row where row.hasPrefix("history "): t("History")
    default: t("Comment")
    }
  }
}
