import HTML
import HTTPServer
import JSON
import Localization

/// What staff write often, kept by page: listed, added, changed, removed and brought back.
enum TemplateListPage {
  static func show(_ request: Request, _ context: Context) async throws -> Response {
    let t = context.t
    let templates = try await context.application.replyTemplates.list(after: 0, limit: 500, as: context.actor)
    return Page(
      title: t("Reply templates"), isPrivate: true,
      main: """
        \(AdministrationPage.back(Paths.administration(), t("Administration")))\
        \(notice(request, context))<h1>\(t("Reply templates"))</h1>
        <p>\(t("Texts that staff write often. They stand beside each field for a comment."))</p>
        <p><a class="button" href="\(Paths.adminNewTemplate())">\(t("Add a template"))</a></p>
        \(templates.isEmpty ? "<p class=\"empty\">\(t("There are no templates yet."))</p>" as HTML : table(templates, t))
        """
    ).response(context)
  }

  /// Brings a removed one back.
  static func submit(_ request: Request, _ context: Context) async throws -> Response {
    guard let id = try context.postedForm()["template"].flatMap({ Int(digits: $0) }) else { throw Problem.notFound }
    _ = try await context.application.replyTemplates.restore(id, as: context.actor)
    return .redirect(to: Paths.adminTemplates() + "?done=restored")
  }

  private static func table(_ templates: [ReplyTemplate], _ t: Translator) -> HTML {
    """
    <div class="scroll" tabindex="0" role="region" aria-label="\(t("Reply templates"))"><table id="templates" class="rows">
    <thead><tr><th scope="col">\(t("Name"))</th><th scope="col">\(t("For"))</th><th scope="col">\(t("Text"))</th></tr></thead>
    <tbody>
    \(templates.map { template in
      """
      <tr><th scope="row"><a href="\(Paths.adminTemplate(template.id))">\(template.name)</a></th>\
      <td>\(VoiceLabel.html(template.visibility, t))</td>\
      <td>\(template.body.count > 120 ? template.body.prefix(120) + "…" : template.body)</td></tr>

      """ as HTML
    })</tbody></table></div>
    """
  }

  private static func notice(_ request: Request, _ context: Context) -> HTML? {
    let t = context.t
    let sentence: String
    switch request.query["done"] {
    case "removed": sentence = t("The template has been removed.")
    case "restored": sentence = t("The template is back.")
    default: return nil
    }
    let undo: HTML? = request.query["template"].flatMap { Int(digits: $0) }.map { id in
      """
      <form method="post" action="\(Paths.adminTemplates())">\(context.hiddenToken)\
      <input type="hidden" name="template" value="\(id)"><button class="small quiet">\(t("Undo"))</button></form>
      """
    }
    return Notice.done(sentence, undo)
  }
}

/// One template as a form, a new one or one that is there.
enum TemplatePage {
  static func new(_ request: Request, _ context: Context) async throws -> Response {
    var fields = FormFields(context.t)
    fields.entered = ["visibility": [Visibility.public.rawValue]]
    return page(context, nil, fields).response(context)
  }

  static func add(_ request: Request, _ context: Context) async throws -> Response {
    let form = try context.postedForm()
    do {
      let input = try TemplateInput(ObjectInput(form.object(texts: names)), isNew: true)
      let template = try await context.application.replyTemplates.add(input, as: context.actor)
      return .redirect(to: Paths.adminTemplate(template.id) + "?done=1")
    } catch let problem as Problem where problem.code.status == .unprocessableContent {
      return refused(context, nil, form, problem)
    }
  }

  static func show(_ request: Request, _ context: Context, _ id: Int) async throws -> Response {
    let template = try await context.application.replyTemplates.find(id, as: context.actor)
    var fields = FormFields(context.t)
    fields.entered = [
      "name": [template.name], "body": [template.body], "visibility": [template.visibility.rawValue],
    ]
    return page(context, template, fields, AdministrationPage.saved(request, context.t)).response(context)
  }

  static func change(_ request: Request, _ context: Context, _ id: Int) async throws -> Response {
    let form = try context.postedForm()
    let templates = context.application.replyTemplates
    if form["action"] == "remove" {
      try await templates.remove(id, as: context.actor)
      return .redirect(to: Paths.adminTemplates() + "?done=removed&template=\(id)")
    }
    do {
      let input = try TemplateInput(ObjectInput(form.object(texts: names)), isNew: true)
      _ = try await templates.change(id, input, ifMatch: form.shownVersion, as: context.actor)
      return .redirect(to: Paths.adminTemplate(id) + "?done=1")
    } catch let problem as Problem where [412, 422].contains(problem.code.status.code) {
      return refused(context, try await templates.find(id, as: context.actor), form, problem)
    }
  }

  private static let names = ["name", "body", "visibility"]

  private static func refused(
    _ context: Context, _ template: ReplyTemplate?, _ form: PageForm, _ problem: Problem
  ) -> Response {
    let isLate = problem.code == .versionMismatch
    var shown = page(
      context, template, FormFields(context.t, form, problem: isLate ? nil : problem),
      // Sent once more, it is meant for what stands there now.
      isLate ? template.map { AdministrationPage.overtaken(Paths.adminTemplate($0.id), context.t) } : nil,
      version: isLate ? nil : form.shownVersion)
    shown.status = problem.code.status
    return shown.response(context)
  }

  private static func page(
    _ context: Context, _ template: ReplyTemplate?, _ fields: FormFields, _ notice: HTML? = nil,
    version: Int? = nil
  ) -> Page {
    let t = context.t
    let title = template?.name ?? t("New template")
    let address = template.map { Paths.adminTemplate($0.id) } ?? Paths.adminNewTemplate()
    let labels = ["name": t("Name"), "body": t("Text"), "visibility": t("For")]
    let removal: HTML? = template.map { template in
      """
      <form method="post" action="\(Paths.adminTemplate(template.id))" class="aside">\(context.hiddenToken)\
      <button name="action" value="remove" class="danger">\(t("Remove this template"))</button></form>
      """
    }
    let kinds = [
      (Visibility.public.rawValue, t("Public updates")), (Visibility.private.rawValue, t("Messages to the reporter")),
      (Visibility.internal.rawValue, t("Internal comments")),
    ]
    return Page(
      title: title, isPrivate: true,
      main: """
        \(AdministrationPage.back(Paths.adminTemplates(), t("Reply templates")))\
        \(fields.summary { labels[$0] })<h1>\(title)</h1>
        \(notice)\
        <form method="post" action="\(address)" novalidate data-guard>\(context.hiddenToken)\
        \(template.map { "<input type=\"hidden\" name=\"version\" value=\"\(version ?? $0.version)\">" as HTML })
        \(fields.text("name", labels["name"]!, .init(maximumLength: ReplyTemplate.longestName)))\
        \(fields.select("visibility", labels["visibility"]!, kinds))\
        \(fields.textArea("body", labels["body"]!, .init(
          hint: t("{reference} and {title} stand for those of the request.", [
            "reference": "{reference}", "title": "{title}",
          ]), maximumLength: 10_000, rows: 8, isSpellchecked: true)))\
        <button>\(t("Save"))</button>
        </form>
        \(removal)
        """)
  }
}
