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
    let branding = Branding(context.actor.tenant)
    var fields = FormFields(context.t)
    fields.entered = [
      "name": [branding.name], "short_name": [branding.shortName ?? ""],
      "brand_colour": [branding.theme.brand?.description ?? ""],
      "accent_colour": [branding.theme.accent?.description ?? ""],
    ]
    return page(context, fields, AdministrationPage.saved(request, context.t)).response(context)
  }

  static func submit(_ request: Request, _ context: Context) async throws -> Response {
    let form = try context.postedForm()
    let colours = [brand, accent].map { ($0.name, $0.text(form)) }
    var fields = FormFields(context.t, form)
    for (name, text) in colours { fields.entered[name] = [text] }
    do {
      let members =
        form.object(texts: ["name", "short_name"]).members
        + colours.map { .init(key: $0, value: $1.isEmpty ? .null : .string($1)) }
      let object = JSONObject(members: members)
      if form["action"] == "preview" {
        var input = ObjectInput(object)
        _ = Branding(&input, changing: Branding(context.actor.tenant))
        try input.finish()
        return page(context, fields, nil).response(context)
      }
      _ = try await context.application.changeBranding(as: context.actor) { old in
        var input = ObjectInput(object)
        let new = Branding(&input, changing: old)
        try input.finish()
        return new
      }
      return .redirect(to: Paths.adminBranding() + "?done=1")
    } catch let problem as Problem where problem.code.status == .unprocessableContent {
      fields.errors = problem.errors
      var shown = page(context, fields, nil)
      shown.status = problem.code.status
      return shown.response(context)
    }
  }

  private static func page(_ context: Context, _ fields: FormFields, _ notice: HTML?) -> Page {
    let t = context.t
    let labels = [
      "name": t("Name of the township"), "short_name": t("Name where there is little room"),
      "brand_colour": t("Colour of the band above each page"), "accent_colour": t("Colour of links and buttons"),
    ]
    let preview = ThemePreview(
      theme: Theme(brand: Colour(fields.value("brand_colour")), accent: Colour(fields.value("accent_colour"))),
      name: fields.value("name"), t: t)
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
        \(preview.html)\
        <p class="cluster"><button name="action" value="save">\(t("Save"))</button>
        <button class="quiet" name="action" value="preview">\(t("Show the preview"))</button></p>
        </form>
        """)
  }
}
