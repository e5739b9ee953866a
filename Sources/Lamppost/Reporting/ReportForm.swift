import Civic
import HTML
import HTTPServer
import Localization

/// The report page as it is shown: one form in four parts, which the script turns into four screens.
struct ReportForm {
  let draft: ReportDraft
  let context: Context
  let fields: FormFields
  /// Names the files that are here already.
  let sealedFiles: String?
  private let wasSent: Bool
  /// Whether it comes back only because of what its words tell of people.
  var pointsOut = false

  init(draft: ReportDraft, context: Context, problem: Problem?, sealedFiles: String?) {
    (self.draft, self.context, self.sealedFiles) = (draft, context, sealedFiles)
    wasSent = problem?.code == .conflict
    var names = ReportDraft.names
    for question in draft.questions { names["attributes." + question.definition.key] = question.fieldName }
    var fields = FormFields(context.t, draft.form, problem: wasSent ? nil : problem)
    fields.names = names
    if fields.entered["who"] == nil && context.actor.person != nil { fields.entered["who"] = ["account"] }
    if fields.entered["who"] == ["caller"] && !context.actor.may(.reportForOthers) {
      fields.entered["who"] = ["account"]
    }
    self.fields = fields
  }

  var t: Translator { context.t }
  var tenant: Tenant { context.actor.tenant }
  private var maximumFiles: Int { context.application.quarantine.configuration.maximumFiles }
  private var maximumFileBytes: Int { context.application.quarantine.configuration.maximumFileBytes }

  func page() -> Page {
    Page(
      title: fields.errors.isEmpty ? t("Report a problem") : t("Error: {title}", ["title": t("Report a problem")]),
      styles: ["report"], scripts: ["report"], messages: Self.scriptMessages, mayOpenMap: true,
      isPrivate: draft.form.has("category"),
      main: """
        <p class="danger-line"><span aria-hidden="true">⚠️</span> \
        <a href="tel:\(tenant.emergencyNumber.filter { $0.isNumber || $0 == "+" })"><strong>\
        \(t("In danger? Call {number}.", ["number": tenant.emergencyNumber]))</strong></a> \
        \(t("This form is not read around the clock."))</p>
        \(fields.summary(label: label))\(sentBefore)\(askedBack)<h1>\(t("Report a problem"))</h1>
        <form id="report" method="post" action="\(Paths.report())" enctype="multipart/form-data" novalidate \
        data-files="\(maximumFiles)" data-bytes="\(maximumFileBytes)" data-map="\(context.application.assets.link("map.css"))">
        \(context.hiddenToken)\(pointsOut ? "<input type=\"hidden\" name=\"details_seen\" value=\"true\">" as HTML : nil)\
        <input type="hidden" name="idempotency_key" value="\(draft.key)">
        \(section("where", t("Where is it?"), place))\
        \(section("what", t("What is it about?"), categories))\
        \(section("photos", t("Photos"), photos))\
        \(section("details", t("Details"), details))\
        </form>

        """)
  }

  private var sentBefore: HTML? {
    guard wasSent else { return nil }
    return """
      <div class="notice warn" role="alert">
      <p><strong>\(t("This report was sent already."))</strong> \
      \(t("Send it again only if it is about another problem."))</p>
      </div>

      """
  }

  private func section(_ name: String, _ title: String, _ content: HTML) -> HTML {
    """
    <section class="step" id="\(name)" aria-labelledby="\(name)-title">
    <h2 id="\(name)-title" tabindex="-1">\(title)</h2>
    \(content)</section>

    """
  }

  private func label(_ name: String) -> String? {
    switch name {
    case "street": draft.places.isEmpty ? t("The place") : t("A choice among the places that were found")
    case "category": t("The kind of problem")
    case "title": t("Title")
    case "description": t("Description")
    case "who": t("The choice whether you give your name")
    case "email": t("Email address or telephone number")
    case "name": t("Name")
    case "phone": t("Telephone number")
    default: draft.questions.first { $0.fieldName == name }?.definition.label
    }
  }

  // MARK: Photos

  private var photos: HTML {
    """
    <p class="hint" id="files-hint">\(t("A photo often says more than words. Up to {count} files.",
      ["count": t.number(maximumFiles)])) \(t("Leave faces and licence plates out where you can."))</p>
    \(heldFiles)<div class="field drop" id="drop">
    <label for="field-files">\(t("Add photos"))<span class="optional"> \(t("(optional)"))</span></label>
    <input type="file" id="field-files" name="files" multiple accept="image/*,application/pdf" \
    aria-describedby="files-hint">
    </div>

    """
  }

  /// What came with an earlier post of this form: the browser cannot fill a file field in.
  private var heldFiles: HTML? {
    guard let sealedFiles else { return nil }
    return """
      <div class="notice good">
      <p>\(t.plural("{count} photo is here already:", "{count} photos are here already:", draft.files.count))</p>
      \(draft.files.enumerated().map { index, file in
        """
        <div class="choice"><input type="checkbox" id="drop-\(index)" name="drop" value="\(file.id.uuidString)"> \
        <label for="drop-\(index)">\(t("Remove {name}", ["name": file.name ?? t("photo")]))</label></div>

        """ as HTML
      })<input type="hidden" name="held" value="\(sealedFiles)">
      </div>

      """
  }

  // MARK: Details

  private var details: HTML {
    """
    \(fields.text("title", t("Title"), .init(
      hint: t("In a few words, e.g. “Lamp out in front of the school”."), autocomplete: "off", maximumLength: 200,
      isSpellchecked: true)))\
    \(fields.textArea("description", t("Description"), .init(
      hint: t("What should the crew know? Leave private things out: this may become public."), maximumLength: 10_000,
      isOptional: true, isSpellchecked: true)))\
    \(who)\
    <div class="preview" id="preview">
    <h3>\(t("What becomes public"))</h3>
    <p>\(t("Title, description, place and photos, once they are scanned. Never your name, email address or telephone number: only staff who work on it see them."))</p>
    \(pointedOut)</div>
    <p class="hint">\(t("By sending you agree that we use what you write to solve the problem.")) \
    <a href="\(Paths.privacy())" target="_blank">\(t("How we treat your data"))\
    <span class="visually-hidden"> \(t("(opens in a new tab)"))</span></a></p>
    <p><button class="call wide" name="action" value="send">\(t("Send report"))</button></p>

    """
  }

  private var who: HTML {
    let person = context.actor.person
    let chosen = fields.value("who")
    let error = fields.error("who")
    var choices: [(value: String, label: String, hint: String)] = []
    if context.actor.may(.reportForOthers) {
      choices.append(
        ("caller", t("For a caller"), t("It is the caller's report. The history says that you wrote it down.")))
    }
    if let person {
      choices.append(
        ("account", t("As {name}", ["name": person.name]), t("You find the report under your account."))
      )
    } else {
      choices.append(
        ("contact", t("With my contact details"), t("So that we can ask you back. Only staff see them.")))
    }
    choices.append(
      ("anonymous", t("Without my name"), t("We store nothing about you. A tracking link lets you follow the report.")))
    return """
      <fieldset class="field\(error == nil ? "" : " wrong")">
      <legend>\(t("How do you want to report?"))</legend>
      \(error.map { _ in
        """
        <p class="error"><span class="visually-hidden">\(t("Error:"))</span> \(t("Choose one of these."))</p>

        """ as HTML
      })\(choices.enumerated().map { index, choice in
        let id = index == 0 ? "field-who" : "field-who-\(choice.value)"
        return """
          <div class="choice option"><input type="radio" id="\(id)" name="who" value="\(choice.value)" \
          aria-describedby="who-\(choice.value)-hint"\(chosen == choice.value ? " checked" as HTML : nil)> \
          <label for="\(id)">\(choice.label)</label><p class="hint" id="who-\(choice.value)-hint">\(choice.hint)</p>
          \(choice.value == "contact" || choice.value == "caller" ? contact(choice.value) : nil)</div>

          """ as HTML
      })</fieldset>

      """
  }

  private func contact(_ who: String) -> HTML {
    let hint =
      who == "caller"
      ? t("What the caller leaves so that we can ask back. All of it may stay empty.")
      : t("An email address or a telephone number is enough.")
    return """
      <div class="more">
      <p class="hint">\(hint)</p>
      \(fields.text("name", t("Name"), .init(autocomplete: "name", maximumLength: 200, isOptional: true)))\
      \(fields.text("email", t("Email address"), .init(
      type: "email", autocomplete: "email", inputMode: "email", maximumLength: 254)))\
      \(fields.text("phone", t("Telephone number"), .init(
      type: "tel", autocomplete: "tel", inputMode: "tel", maximumLength: 50)))\
      </div>
      """
  }
}
