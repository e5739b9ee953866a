import Civic
import HTML
import HTTPServer
import JSON
import Localization

/// One category, or a new one, as a form.
enum CategoryPage {
  static func show(_ request: Request, _ context: Context, _ slug: String) async throws -> Response {
    let category = try await context.application.changeCategory.find(slug, as: context.actor)
    let layout = try await layout(context, category, CategoryForm(category))
    return layout.page(FormFields(context.t), AdministrationPage.saved(request, context.t)).response(context)
  }

  static func blank(_ request: Request, _ context: Context) async throws -> Response {
    try await layout(context, nil, CategoryForm(.blank)).page(FormFields(context.t), nil).response(context)
  }

  static func add(_ request: Request, _ context: Context) async throws -> Response {
    var form = CategoryForm(try context.postedForm())
    if form.applyEdit() {
      return try await layout(context, nil, form).page(FormFields(context.t), nil).response(context)
    }
    do {
      var input = ObjectInput(form.json(with: ["slug"]))
      let new = KeptCategory(&input, changing: .blank)
      try input.finish()
      let category = try await context.application.changeCategory.add(new, as: context.actor)
      return .redirect(to: Paths.adminCategory(category.slug) + "?done=1")
    } catch let problem as Problem where problem.code.status == .unprocessableContent {
      return try await refusal(problem, context, nil, form)
    }
  }

  static func submit(_ request: Request, _ context: Context, _ slug: String) async throws -> Response {
    var form = CategoryForm(try context.postedForm())
    let changeCategory = context.application.changeCategory
    if form.applyEdit() {
      let category = try await changeCategory.find(slug, as: context.actor)
      return try await layout(context, category, form).page(FormFields(context.t), nil).response(context)
    }
    do {
      let object = form.json()
      _ = try await changeCategory(slug, ifMatch: form.version, as: context.actor) { old in
        var input = ObjectInput(object)
        let new = KeptCategory(&input, changing: old)
        try input.finish()
        return new
      }
      return .redirect(to: Paths.adminCategory(slug) + "?done=1")
    } catch let problem as Problem
      where problem.code.status == .unprocessableContent || problem.code == .versionMismatch
    {
      return try await refusal(
        problem, context, try await changeCategory.find(slug, as: context.actor), form)
    }
  }

  private static func refusal(
    _ problem: Problem, _ context: Context, _ category: KeptCategory?, _ form: CategoryForm
  ) async throws -> Response {
    var (form, fields, notice) = (form, FormFields(context.t), nil as HTML?)
    if problem.code == .versionMismatch, let category {
      // Sent once more, it is meant for what stands there now.
      form.version = category.version
      notice = overtaken(category, context.t)
    } else {
      fields = FormFields(context.t, nil, problem: problem)
    }
    var shown = try await layout(context, category, form).page(fields, notice)
    shown.status = problem.code.status
    return shown.response(context)
  }

  private static func overtaken(_ category: KeptCategory, _ t: Translator) -> HTML {
    """
    <div class="notice warn" role="alert" tabindex="-1" autofocus id="overtaken">
    <p><strong>\(t("Somebody else changed this category in the meantime."))</strong> \
    \(t("Nothing of yours was saved. Below is what you entered: look at what stands there now, then save yours in its place, or leave."))</p>
    <p><a href="\(Paths.adminCategory(category.slug))" target="_blank">\(t("See it as it is now (opens in a new tab)"))</a></p>
    </div>

    """
  }

  private static func layout(
    _ context: Context, _ category: KeptCategory?, _ form: CategoryForm
  ) async throws -> CategoryLayout {
    let calendars = try await context.application.keepCalendars.list(as: context.actor)
    var terms: ServiceTerms?
    if let category { terms = try await context.application.changeCategory.terms(category.slug, as: context.actor) }
    let departments = try await context.application.departments.list(as: context.actor)
    return CategoryLayout(
      context: context, category: category, form: form,
      departments: departments.filter { $0.isActive || $0.slug == category?.department }
        .map { (value: $0.slug, label: $0.name) },
      calendars: calendars.filter { $0.isActive || $0.slug == category?.calendar }
        .map { (value: $0.slug, label: $0.name) },
      escalationRole: try await context.application.deadlineSettings.read(as: context.actor).value.escalationRole,
      terms: terms)
  }
}
