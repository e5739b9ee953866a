import Civic
import HTML
import HTTPServer
import JSON
import Localization

/// Where the town hall keeps what its pages say: the way in, with what was changed lately.
enum AdministrationPage {
  static func show(_ request: Request, _ context: Context) async throws -> Response {
    let t = context.t
    let events = try await context.application.listAudit.latestChanges(10, as: context.actor)
    return Page(
      title: t("Administration"), styles: ["account", "administration"], isPrivate: true,
      main: """
        <h1>\(t("Administration"))</h1>
        <ul class="front">
        \(links(t).map { link in
          "<li><a href=\"\(link.path)\">\(link.title)</a><p>\(link.about)</p></li>\n" as HTML
        })</ul>
        <h2>\(t("Latest changes"))</h2>
        \(events.isEmpty ? "<p class=\"muted\">\(t("Nothing has been changed yet."))</p>" as HTML
          : AuditPage.table(events, id: "changes", label: t("Latest changes"), AuditWords(t: t), canFilter: true))
        <p><a href="\(Paths.auditPage())">\(t("Everything that happened: the audit log"))</a></p>
        """
    ).response(context)
  }

  /// Every page of administration, in the order in which a township is set up.
  private static func links(_ t: Translator) -> [(path: String, title: String, about: String)] {
    [
      (Paths.adminSettings(), t("Township settings"), t("What your pages say, and when reports become public.")),
      (Paths.adminBranding(), t("Name, colours and logo"), t("How your township shows itself on every page.")),
      (Paths.adminDepartments(), t("Departments"), t("Who does which work, and with whom.")),
      (Paths.adminPeople(), t("People"), t("Who works here, in which role, and what they are limited to.")),
      (Paths.calendarPages(), t("Calendars"), t("When you work: hours and holidays.")),
      (Paths.adminCategories(), t("Categories"), t("What can be reported: questions, notices, priorities, targets.")),
      (Paths.adminAreas(), t("Areas"), t("Wards and districts: drawn on the map, or imported.")),
      (Paths.adminRules(), t("Routing rules"), t("Which reports go to whom by themselves.")),
      (Paths.adminTemplates(), t("Reply templates"), t("What staff write often.")),
      (Paths.adminWorkflow(), t("Statuses and closing"), t("Your names for the statuses, and those you do not use.")),
      (
        Paths.deadlineSettingsPage(), t("Warnings of target dates"),
        t("When somebody is warned, and who hears of what is late.")
      ),
      (Paths.retentionPage(), t("Keeping and deleting"), t("How long reports are kept, and what goes next.")),
      (Paths.auditPage(), t("Audit log"), t("Who changed what, and when.")),
      (Paths.adminConfiguration(), t("Configuration file"), t("All of this in one file: keep it, or set up by it.")),
    ]
  }

  /// The way back up.
  static func back(_ path: String, _ label: String) -> HTML {
    "<p class=\"back\"><a href=\"\(path)\"><span aria-hidden=\"true\">‹</span> \(label)</a></p>\n"
  }

  static func saved(_ request: Request, _ t: Translator) -> HTML? {
    request.query["done"] == nil ? nil : Notice.done(t("Saved."))
  }
}

extension AdministrationPage {
  /// That somebody was faster. What was entered stands in the form, now meant for what stands there.
  /// - Parameter path: of what stands there now.
  static func overtaken(_ path: String, _ t: Translator) -> HTML {
    """
    <div class="notice warn" role="alert" tabindex="-1" autofocus id="overtaken">
    <p><strong>\(t("Somebody else changed this in the meantime."))</strong> \
    \(t("Nothing of yours was saved. Below is what you entered: look at what stands there now, then save yours in its place, or leave."))</p>
    <p><a href="\(path)" target="_blank">\(t("See it as it is now (opens in a new tab)"))</a></p>
    </div>

    """
  }
}

/// The township's settings as a form.
enum SettingsAdministrationPage {
  static func show(_ request: Request, _ context: Context) async throws -> Response {
    let kept = try await context.application.changeSettings.read(as: context.actor)
    let settings = kept.value
    var fields = FormFields(context.t)
    fields.entered = [
      "emergency_number": [settings.emergencyNumber], "contact_email": [settings.contactEmail ?? ""],
      "publishes_at_once": [settings.publishesAtOnce ? "true" : "false"],
      "second_factor_roles": settings.secondFactorRoles.map(\.rawValue),
    ]
    return page(context, fields, kept.version, AdministrationPage.saved(request, context.t)).response(context)
  }

  static func submit(_ request: Request, _ context: Context) async throws -> Response {
    let form = try context.postedForm()
    do {
      let object = form.object(
        texts: ["emergency_number", "contact_email"], flags: ["publishes_at_once"], lists: ["second_factor_roles"])
      _ = try await context.application.changeSettings(ifMatch: form.shownVersion, as: context.actor) { old in
        var input = ObjectInput(object)
        let settings = TownshipSettings(&input, changing: old)
        try input.finish()
        return settings
      }
      return .redirect(to: Paths.adminSettings() + "?done=1")
    } catch let problem as Problem where [412, 422].contains(problem.code.status.code) {
      let isLate = problem.code == .versionMismatch
      let now = try await context.application.changeSettings.read(as: context.actor)
      var shown = page(
        context, FormFields(context.t, form, problem: isLate ? nil : problem),
        // Sent once more, it is meant for what stands there now.
        isLate ? now.version : form.shownVersion ?? now.version,
        isLate ? AdministrationPage.overtaken(Paths.adminSettings(), context.t) : nil)
      shown.status = problem.code.status
      return shown.response(context)
    }
  }

  private static func page(_ context: Context, _ fields: FormFields, _ version: Int, _ notice: HTML?) -> Page {
    let t = context.t
    let labels = [
      "emergency_number": t("Emergency number"), "contact_email": t("Contact email address"),
      "publishes_at_once": t("When a new report becomes public"),
      "second_factor_roles": t("Who has to sign in with a second factor"),
    ]
    return Page(
      title: t("Township settings"), isPrivate: true,
      main: """
        \(AdministrationPage.back(Paths.administration(), t("Administration")))\
        \(fields.summary { labels[$0] })<h1>\(t("Township settings"))</h1>
        \(notice)\
        <form method="post" action="\(Paths.adminSettings())" novalidate data-guard>\(context.hiddenToken)\
        <input type="hidden" name="version" value="\(version)">
        \(fields.text("emergency_number", labels["emergency_number"]!,
          .init(hint: t("Shown at the foot of each page."), maximumLength: 30)))\
        \(fields.text("contact_email", labels["contact_email"]!,
          .init(hint: t("Where questions about privacy and accessibility go."), type: "email", inputMode: "email",
            maximumLength: 254, isOptional: true)))\
        \(fields.radios("publishes_at_once", labels["publishes_at_once"]!,
          [("true", t("At once")), ("false", t("After a look by staff"))]))\
        \(fields.checkboxes("second_factor_roles", labels["second_factor_roles"]!,
          TownshipSettings.guardableRoles.map { ($0.rawValue, $0.title(t)) },
          .init(hint: t("Their work is closed to them until they have set one up under “Security”."), isOptional: true)))\
        <button>\(t("Save"))</button>
        </form>
        """)
  }
}

extension PageForm {
  /// The form as the API would have been sent it: an empty text is null, so that it takes away what was there.
  /// - Parameters:
  ///   - flags: `true` where the field says so, else false.
  ///   - numbers: whole numbers; what is none stays a text, which the API refuses.
  ///   - lists: several values of one name.
  func object(
    texts: [String], flags: [String] = [], numbers: [String] = [], lists: [String] = []
  ) -> JSONObject {
    var members = texts.map { JSONObject.Member(key: $0, value: self[$0].map(JSONValue.string) ?? .null) }
    members += flags.map { JSONObject.Member(key: $0, value: .bool(self[$0] == "true")) }
    members += lists.map { name in
      JSONObject.Member(key: name, value: .array(valuesByName[name, default: []].map(JSONValue.string)))
    }
    members += numbers.map { name in
      let value = self[name].map { text in Int(text).map(JSONValue.integer) ?? .string(text) }
      return JSONObject.Member(key: name, value: value ?? .null)
    }
    return JSONObject(members: members)
  }
}
