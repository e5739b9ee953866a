import Civic
import HTML
import HTTPServer
import Localization

/// Makes a township from nothing.
enum NewTownshipPage {
  static func show(_ request: Request, _ context: Context) async throws -> Response {
    var fields = FormFields(context.t)
    fields.entered = [
      "language": [context.actor.tenant.language.rawValue], "time_zone": [context.actor.tenant.timeZone.identifier],
      "categories": ["starter"],
    ]
    return page(context, fields).response(context)
  }

  static func submit(_ request: Request, _ context: Context) async throws -> Response {
    let form = try context.postedForm()
    do {
      var input = ObjectInput(try TownshipForm.object(form, ["slug", "categories"], context, withAdministrator: true))
      let new = NewTownship(&input)
      try input.finish()
      let (township, asked) = try await context.application.operateTownships.create(
        new, comingBy: try request.hostName(), as: context.actor)
      // Not after a redirect: the link is shown this once.
      if let asked { return TownshipPage.made(township, asked, request, context).response(context) }
      return .redirect(to: Paths.township(township.slug) + "?done=made")
    } catch let problem as Problem where problem.code.status == .unprocessableContent {
      var shown = page(context, FormFields(context.t, form, problem: problem))
      shown.status = problem.code.status
      return shown.response(context)
    }
  }

  private static func page(_ context: Context, _ fields: FormFields) -> Page {
    let t = context.t
    let form = TownshipForm(context, fields)
    return Page(
      title: t("New township"), isPrivate: true,
      main: """
        \(AdministrationPage.back(Paths.townships(), t("Townships")))\
        \(form.summary)<h1>\(t("New township"))</h1>
        <form method="post" action="\(Paths.newTownship())" enctype="multipart/form-data" novalidate data-guard>\
        \(context.hiddenToken)
        \(form.name)\(form.slug)\(form.hosts)\(form.speech)\(form.boundary(mayRemove: false))\
        \(form.fields.radios("categories", form.labels["categories"]!,
          [("starter", t("Common categories, such as potholes and street lights")), ("none", t("None"))]))\
        <fieldset class="field"><legend>\(t("First administrator"))</legend>
        <p class="hint">\(t("Is sent a link with which to choose a password, and sets the township up. You can invite one later too."))</p>
        \(form.administrator(isOptional: true))</fieldset>
        <button>\(t("Make the township"))</button>
        </form>
        """)
  }
}
