import Civic
import HTML
import HTTPServer
import JSON
import Localization

/// The categories, and one of them as a form.
enum CategoryPages {
  static func list(_ request: Request, _ context: Context) async throws -> Response {
    let t = context.t
    let categories = try await context.application.changeCategory.list(as: context.actor)
    return Page(
      title: t("Categories"), width: .wide, isPrivate: true,
      main: """
        \(AdministrationPage.back(Paths.administration(), t("Administration")))\
        <h1>\(t("Categories"))</h1>
        <div class="scroll" tabindex="0" role="region" aria-label="\(t("Categories"))"><table id="categories">
        <thead><tr><th scope="col">\(t("Category"))</th><th scope="col">\(t("Group"))</th>\
        <th scope="col">\(t("Priority"))</th><th scope="col" class="number">\(t("Hours"))</th>\
        <th scope="col">\(t("Reports"))</th></tr></thead>
        <tbody>
        \(categories.map { row($0, t) })</tbody></table></div>
        """
    ).response(context)
  }

  private static func row(_ category: KeptCategory, _ t: Translator) -> HTML {
    let state =
      !category.isActive ? t("Not offered") : category.stopMessage.isEmpty ? t("Taken") : t("Stopped by a message")
    return """
      <tr><th scope="row"><a href="\(Paths.adminCategory(category.slug))">\(category.icon) \(category.name)</a></th>\
      <td>\(category.group)</td><td>\(category.defaultPriority.title(t))</td>\
      <td class="number">\(category.resolutionHours.map { t.number($0) })</td><td>\(state)</td></tr>

      """
  }

  static func show(_ request: Request, _ context: Context, _ slug: String) async throws -> Response {
    let category = try await context.application.changeCategory.find(slug, as: context.actor)
    var fields = FormFields(context.t)
    fields.entered = [
      "name": [category.name], "group": [category.group ?? ""], "icon": [category.icon],
      "keywords": [category.keywords], "description": [category.description], "notice": [category.notice],
      "stop_message": [category.stopMessage], "default_priority": [category.defaultPriority.name],
      "resolution_hours": [category.resolutionHours.map(String.init) ?? ""],
      "active": [category.isActive ? "true" : "false"],
      "blurs_location": [category.blursLocation ? "true" : "false"],
      "requires_proof": [category.requiresProof ? "true" : "false"],
    ]
    fields.entered["calendar"] = [category.calendar ?? ""]
    fields.entered.merge(TargetFields.entered(category.targets)) { $1 }
    return try await page(context, category, fields, AdministrationPage.saved(request, context.t)).response(context)
  }

  static func submit(_ request: Request, _ context: Context, _ slug: String) async throws -> Response {
    let form = try context.postedForm()
    do {
      _ = try await context.application.changeCategory(slug, as: context.actor) { old in
        let object = form.object(
          texts: [
            "name", "group", "icon", "keywords", "description", "notice", "stop_message", "default_priority",
            "calendar",
          ], flags: ["active", "requires_proof", "blurs_location"], numbers: ["resolution_hours"])
        var input = ObjectInput(JSONObject(members: object.members + [TargetFields.member(form)]))
        let new = KeptCategory(&input, changing: old)
        try input.finish()
        return new
      }
      return .redirect(to: Paths.adminCategory(slug) + "?done=1")
    } catch let problem as Problem where problem.code.status == .unprocessableContent {
      let category = try await context.application.changeCategory.find(slug, as: context.actor)
      var shown = try await page(context, category, FormFields(context.t, form, problem: problem), nil)
      shown.status = problem.code.status
      return shown.response(context)
    }
  }

  private static func page(
    _ context: Context, _ category: KeptCategory, _ given: FormFields, _ notice: HTML?
  ) async throws -> Page {
    let t = context.t
    var fields = given
    fields.names = TargetFields.names
    let calendars = try await context.application.keepCalendars.list(as: context.actor)
    let terms = try await context.application.changeCategory.terms(category.slug, as: context.actor)
    var labels = [
      "name": t("Name"), "group": t("Group"), "icon": t("Pictograph"), "keywords": t("Other words for it"),
      "description": t("Description"), "notice": t("Notice"), "stop_message": t("Message that stops the form"),
      "default_priority": t("Priority"), "resolution_hours": t("Hours until it is done"),
      "blurs_location": t("The public sees only roughly where"), "calendar": t("Calendar"),
      "active": t("Offered to reporters"), "requires_proof": t("Completing it needs a photo of what was done"),
    ]
    labels.merge(TargetFields.labels(t)) { $1 }
    func area(_ name: String, _ hint: String) -> HTML {
      fields.textArea(
        name, labels[name]!,
        .init(hint: hint, maximumLength: 1000, rows: 3, isOptional: true, isSpellchecked: true))
    }
    return Page(
      title: category.name, styles: ["targets"], isPrivate: true,
      main: """
        \(AdministrationPage.back(Paths.adminCategories(), t("Categories")))\
        \(fields.summary { labels[$0] })<h1>\(category.name)</h1>
        \(notice)\
        <form method="post" action="\(Paths.adminCategory(category.slug))" novalidate data-guard>\(context.hiddenToken)
        \(fields.text("name", labels["name"]!, .init(maximumLength: 100)))\
        \(fields.text("group", labels["group"]!, .init(maximumLength: 100, isOptional: true)))\
        \(fields.text("icon", labels["icon"]!, .init(maximumLength: 8, isOptional: true)))\
        \(fields.text("keywords", labels["keywords"]!,
          .init(hint: t("Separated by spaces. People find the category by them too."), maximumLength: 500,
            isOptional: true)))\
        \(area("description", t("What belongs here.")))\
        \(area("notice", t("Told to the reporter once the category is chosen.")))\
        \(area("stop_message", t("With it the category takes no reports: the form says this instead, e.g. whom to call.")))\
        \(fields.select("default_priority", labels["default_priority"]!,
          Priority.allCases.map { ($0.name, $0.title(t)) }))\
        \(fields.text("resolution_hours", labels["resolution_hours"]!,
          .init(
            hint: t("Counted round the clock, for priorities that have no target of their own below. Empty for none."),
            inputMode: "numeric", isOptional: true)))\
        \(fields.select("calendar", labels["calendar"]!,
          [("", t("Every hour counts"))] + calendars.filter { $0.isActive || $0.slug == category.calendar }
            .map { ($0.slug, $0.name) }, .init(hint: t("The hours in which the targets below are counted."))))\
        \(TargetFields.html(fields, labels))\
        \(TargetFields.preview(terms, t))\
        \(fields.checkbox("requires_proof", labels["requires_proof"]!))\
        \(fields.checkbox("active", labels["active"]!))\
        \(fields.checkbox("blurs_location", labels["blurs_location"]!))\
        <p class="hint">\(t("For sensitive matters. Everybody but staff and the reporter is shown the block of some 200 metres, and no address. Reports that are there already follow within minutes."))</p>
        <button>\(t("Save"))</button>
        </form>
        """)
  }
}
