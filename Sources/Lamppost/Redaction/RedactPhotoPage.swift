import Civic
import HTML
import HTTPServer
import JSON
import Localization

/// Where staff draw boxes on a photo: by mouse or finger where the script runs, by numbers everywhere.
enum RedactPhotoPage {
  /// Rows that are there without a script.
  private static let rows = 4
  private static let numbers = ["x", "y", "width", "height"]

  static func show(_ request: Request, _ context: Context, _ id: AttachmentID) async throws -> Response {
    var fields = FormFields(context.t)
    fields.entered = ["original": ["seal"]]
    return try await page(context, id, fields, nil).response(context)
  }

  static func submit(_ request: Request, _ context: Context, _ id: AttachmentID) async throws -> Response {
    let form = try context.postedForm()
    do {
      var members = form.object(texts: ["original", "reason"]).members
      members.append(.init(key: "regions", value: .array(regions(form))))
      let change = try PhotoRedaction(ObjectInput(JSONObject(members: members)))
      let reference = try await context.application.redactPhoto.reference(of: id, as: context.actor)
      _ = try await context.application.redactPhoto(change, of: id, as: context.actor)
      return .redirect(to: Paths.staffRequest(reference) + "?done=blackened#files")
    } catch let problem as Problem where problem.code.status == .unprocessableContent {
      // Which number of which box is wrong is told with the boxes as a whole.
      let errors = problem.errors.map { error in
        error.field.hasPrefix("regions")
          ? Problem.FieldError(field: "regions", code: error.code, message: error.message) : error
      }
      var shown = try await page(context, id, FormFields(context.t, form, problem: Problem.fields(errors)), form)
      shown.status = problem.code.status
      return shown.response(context)
    }
  }

  /// Rows in which nothing was entered are none.
  private static func regions(_ form: PageForm) -> [JSONValue] {
    let columns = numbers.map { form.values($0) }
    return (0..<(columns.map(\.count).min() ?? 0)).compactMap { index in
      let entries = columns.map { $0[index].trimmed }
      if entries.allSatisfy(\.isEmpty) { return nil }
      return .object(
        JSONObject(
          members: zip(numbers, entries).map { name, text in
            .init(key: name, value: Int(text).map(JSONValue.integer) ?? .string(text))
          }))
    }
  }

  private static func page(
    _ context: Context, _ id: AttachmentID, _ fields: FormFields, _ form: PageForm?
  ) async throws -> Page {
    let t = context.t
    let image = try await context.application.findAttachment(id, as: context.actor).requireClean()
    guard let width = image.width, let height = image.height, !image.isSealed else { throw Problem.notFound }
    let reference = try await context.application.redactPhoto.reference(of: id, as: context.actor)
    let labels = ["regions": t("Boxes"), "reason": t("Why"), "original": RedactionWords.originals(t)]
    let entered = form.map { form in numbers.map { form.values($0) } }
    let count = max(Self.rows, entered?.map(\.count).min() ?? 0)
    let size = ["width": t.number(width), "height": t.number(height)]
    return Page(
      title: t("Blacken parts of a photo"), width: .wide, styles: ["staff-request", "redact"], scripts: ["redact"],
      messages: ["Box {number}", "Remove box {number}", "{count} boxes"], isPrivate: true,
      main: """
        <nav class="trail" aria-label="\(t("Where you are"))"><a href="\(Paths.staffRequest(reference))">\(reference.description)</a></nav>
        \(fields.summary { labels[$0] })<h1>\(t("Blacken parts of a photo"))</h1>
        <p>\(t("Draw boxes over faces and number plates with the mouse or a finger, or enter them as numbers. What lies under a box is painted black in a new photo; nothing of it is left to be brought back."))</p>
        <div class="redact">
        <div class="picture" id="picture" data-width="\(width)" data-height="\(height)"><img src="\(Paths.content(id))" \
        alt="\(t("The photo to be blackened"))" width="\(width)" height="\(height)"></div>
        <form method="post" action="\(Paths.redactPhotoPage(id))" novalidate id="redact">\(context.hiddenToken)
        <fieldset class="field\(fields.error("regions") == nil ? "" : " wrong")" id="field-regions" tabindex="-1">
        <legend>\(t("Boxes"))</legend>
        <p class="hint">\(t("In pixels from the top left corner. The photo is {width} pixels wide and {height} high.", size))</p>
        \(fields.error("regions").map { "<p class=\"error\"><span class=\"visually-hidden\">\(t("Error:"))</span> \(FieldMessages.sentence($0, label: t("Boxes"), t))</p>\n" as HTML })\
        <div id="boxes">
        \((0..<count).map { row($0, entered, t) })</div>
        </fieldset>
        \(fields.radios("original", labels["original"]!,
          RedactionWords.fates(t, mayDestroy: context.actor.may(.destroy))))\
        \(fields.text("reason", labels["reason"]!, .init(hint: t("Kept in the internal history."), maximumLength: 1000)))\
        <button>\(t("Blacken"))</button>
        </form>
        </div>
        """)
  }

  private static func row(_ index: Int, _ entered: [[String]]?, _ t: Translator) -> HTML {
    let titles = [t("Left"), t("Top"), t("Width"), t("Height")]
    let name = t("Box {number}", ["number": t.number(index + 1)])
    return """
      <div class="box-row" role="group" aria-label="\(name)"><span class="box-name">\(name)</span>
      \(zip(numbers, titles).enumerated().map { column, pair in
        let value = entered.flatMap { index < $0[column].count ? $0[column][index] : nil } ?? ""
        return """
          <label>\(pair.1) <input name="\(pair.0)" inputmode="numeric" size="5" maxlength="6" value="\(value)"></label>

          """ as HTML
      })</div>

      """
  }
}
