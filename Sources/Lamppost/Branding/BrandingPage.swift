import Civic
import HTML
import HTTPServer
import JSON
import Localization

/// How the township shows itself, as a form with a picture of it.
enum BrandingPage {
  private static let brand = ColourField(name: "brand_colour", own: Theme.ownBrand)
  private static let accent = ColourField(name: "accent_colour", own: Theme.ownAccent)

  static func show(_ request: Request, _ context: Context) async throws -> Response {
    try await page(context, known(context), AdministrationPage.saved(request, context.t)).response(context)
  }

  /// What stands there.
  private static func known(_ context: Context) -> FormFields {
    let branding = Branding(context.actor.tenant)
    var fields = FormFields(context.t)
    fields.entered = [
      "name": [branding.name], "short_name": [branding.shortName ?? ""],
      "brand_colour": [branding.theme.brand?.description ?? ""],
      "accent_colour": [branding.theme.accent?.description ?? ""],
      "shows_name": [branding.showsName ? "true" : "false"],
    ]
    return fields
  }

  static func submit(_ request: Request, _ context: Context) async throws -> Response {
    let form = try context.postedForm()
    switch form["action"] {
    case "logo": return try await send(form, context)
    case "wear": return try await wear(form["logo"] ?? "", context)
    case "bare": return try await wear(nil, context)
    default: context.application.quarantine.discard(form.files)
    }
    let colours = [brand, accent].map { ($0.name, $0.text(form)) }
    var fields = FormFields(context.t, form)
    for (name, text) in colours { fields.entered[name] = [text] }
    do {
      let members =
        form.object(texts: ["name", "short_name"], flags: ["shows_name"]).members
        + colours.map { .init(key: $0, value: $1.isEmpty ? .null : .string($1)) }
      let object = JSONObject(members: members)
      if form["action"] == "preview" {
        var input = ObjectInput(object)
        _ = Branding(&input, changing: Branding(context.actor.tenant))
        try input.finish()
        return try await page(context, fields, nil).response(context)
      }
      try await context.application.changeBranding(as: context.actor) { old in
        var input = ObjectInput(object)
        let new = Branding(&input, changing: old)
        try input.finish()
        return new
      }
      return .redirect(to: Paths.adminBranding() + "?done=1")
    } catch let problem as Problem where problem.code.status == .unprocessableContent {
      fields.errors = problem.errors
      var shown = try await page(context, fields, nil)
      shown.status = problem.code.status
      return shown.response(context)
    }
  }

  /// - Parameter logo: nil takes down what is worn.
  private static func wear(_ logo: String?, _ context: Context) async throws -> Response {
    let member = JSONObject.Member(key: "logo", value: logo.map(JSONValue.string) ?? .null)
    try await context.application.changeBranding(as: context.actor) { old in
      var input = ObjectInput(JSONObject(members: [member]))
      let new = Branding(&input, changing: old)
      try input.finish()
      return new
    }
    return .redirect(to: Paths.adminBranding() + "?done=1#logo")
  }

  /// What was sent to be the logo. The page says what became of it.
  private static func send(_ form: PageForm, _ context: Context) async throws -> Response {
    context.application.quarantine.discard(Array(form.files.dropFirst()))
    do {
      guard let file = form.files.first else { throw Problem.field("file", .required, "is required") }
      _ = try await context.application.keepLogos.add(file, as: context.actor)
      return .redirect(to: Paths.adminBranding() + "#logo")
    } catch let problem as Problem where [.required, .tooLarge, .tooManyFiles].contains(problem.code) {
      context.application.quarantine.discard(form.files)
      var fields = known(context)
      fields.errors =
        problem.errors.isEmpty
        ? [.init(field: "file", code: problem.code, message: problem.detail ?? problem.code.title)] : problem.errors
      var shown = try await page(context, fields, nil)
      shown.status = problem.code.status
      return shown.response(context)
    }
  }

  private static func page(_ context: Context, _ fields: FormFields, _ notice: HTML?) async throws -> Page {
    let t = context.t
    let labels = [
      "name": t("Name of the township"), "short_name": t("Name where there is little room"),
      "file": t("A new logo"), "brand_colour": t("Colour of the band above each page"),
      "accent_colour": t("Colour of links and buttons"),
    ]
    let preview = ThemePreview(
      theme: Theme(brand: Colour(fields.value("brand_colour")), accent: Colour(fields.value("accent_colour"))),
      name: fields.value("name"), t: t)
    let logos = try await context.application.keepLogos.list(as: context.actor)
    return Page(
      title: t("Name, colours and logo"), styles: ["administration"], scripts: ["branding"], isPrivate: true,
      main: """
        \(AdministrationPage.back(Paths.administration(), t("Administration")))\
        \(fields.summary { labels[$0] })<h1>\(t("Name, colours and logo"))</h1>
        \(notice)\
        <form method="post" action="\(Paths.adminBranding())" novalidate data-guard id="branding">\(context.hiddenToken)
        \(fields.text("name", labels["name"]!,
          .init(hint: t("As it stands above each page and in mails."), maximumLength: Branding.longestName)))\
        \(fields.text("short_name", labels["short_name"]!,
          .init(hint: t("As on the start screen of a phone."), maximumLength: Branding.longestShortName, isOptional: true)))\
        \(brand.html(fields, label: labels["brand_colour"]!,
          hint: t("As #1b6ac9. Empty for Lamppost’s own. Text on it is black or white by itself.")))\
        \(accent.html(fields, label: labels["accent_colour"]!,
          hint: t("Where it could not be read it is darkened or lightened until it can: see the preview.")))\
        \(fields.checkbox("shows_name", t("The name stands beside the logo"),
          hint: t("Take the tick away where the logo holds the name: whoever cannot see it is told the name all the same.")))\
        \(preview.html)\
        <p class="cluster"><button name="action" value="save">\(t("Save"))</button>
        <button class="quiet" name="action" value="preview">\(t("Show the preview"))</button></p>
        </form>
        \(LogoSection(context: context, logos: logos, fields: fields).html)
        """)
  }
}
