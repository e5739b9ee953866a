import Civic
import HTML
import Localization

/// The form of a category.
struct CategoryLayout {
  let context: Context
  /// nil for one that is being made.
  let category: KeptCategory?
  let form: CategoryForm
  let departments: [(value: String, label: String)]
  let calendars: [(value: String, label: String)]
  /// Who hears of targets that were missed, where a category names nobody.
  let escalationRole: Role
  /// What it promises as it is stored.
  let terms: ServiceTerms?

  private var t: Translator { context.t }

  private var labels: [String: String] {
    let own: [String: String] = [
      "name": t("Name"), "slug": t("Word for addresses"), "group": t("Group"), "icon": t("Pictograph"),
      "keywords": t("Other words for it"), "description": t("Description"), "notice": t("Notice"),
      "stop_message": t("Message that stops the form"), "default_priority": t("Priority"),
      "resolution_hours": t("Hours until it is done"), "calendar": t("Calendar"),
      "department": t("Department"),
      "active": t("Offered to reporters"), "requires_proof": t("Completing it needs a photo of what was done"),
      "private": t("Reports are never public"), "blurs_location": t("The public sees only roughly where"),
      "attributes": t("Questions"), "anonymize_after_days": t("Anonymous after, in days"),
      "delete_after_days": t("Deleted after, in days"),
      "escalation_role": t("Who hears of a target that was missed"),
    ]
    return own.merging(TargetFields.labels(t)) { $1 }
  }

  func page(_ given: FormFields, _ notice: HTML?) -> Page {
    var fields = given
    fields.entered = form.entered.merging(form.questions.entered) { $1 }
    fields.names = TargetFields.names
    for index in form.questions.rows.indices {
      fields.names[QuestionRows.name(index, "key")] = QuestionRows.name(index, "label")
    }
    let action = category.map { Paths.adminCategory($0.slug) } ?? Paths.adminNewCategory()
    let title = category?.name ?? t("New category")
    let rows = QuestionLayout(rows: form.questions, fields: fields, t: t)
    return Page(
      title: title, styles: ["administration", "targets"], isPrivate: true,
      main: """
        \(AdministrationPage.back(Paths.adminCategories(), t("Categories")))\
        \(fields.summary { labels[$0] ?? rows.label(of: $0) })<h1>\(title)</h1>
        \(notice)\(state)\
        <form method="post" action="\(action)" novalidate data-guard>\(context.hiddenToken)
        <button class="visually-hidden" tabindex="-1" aria-hidden="true">\(t("Save"))</button>
        <input type="hidden" name="has_questions" value="true">
        \(form.version.map { "<input type=\"hidden\" name=\"version\" value=\"\($0)\">\n" as HTML })\
        \(what(fields))\(told(fields))\(rows.html)\(handling(fields))\(publicity(fields))\(retention(fields))\
        <button>\(category == nil ? t("Add the category") : t("Save"))</button>
        </form>
        \(terms.map { TargetFields.preview($0, t) })
        """)
  }

  private var state: HTML? {
    guard let category, !category.isActive else { return nil }
    return """
      <p class="notice warn">\(t("This category is not offered: nobody can report by it, and its reports stay. Tick “Offered to reporters” to bring it back."))</p>

      """
  }

  private func text(_ fields: FormFields, _ name: String, _ options: FormFields.Options) -> HTML {
    fields.text(name, labels[name]!, options)
  }

  private func area(_ fields: FormFields, _ name: String, _ hint: String) -> HTML {
    fields.textArea(
      name, labels[name]!,
      .init(hint: hint, maximumLength: 1000, rows: 3, isOptional: true, isSpellchecked: true))
  }

  private func what(_ fields: FormFields) -> HTML {
    let slug = text(
      fields, "slug",
      .init(
        hint: t("Made of the name where you leave it empty. It stays when the name changes."), maximumLength: 100,
        isOptional: true))
    return """
      <h2>\(t("What it is"))</h2>
      \(text(fields, "name", .init(maximumLength: 100, isSpellchecked: true)))\
      \(category == nil ? slug : nil)\
      \(text(fields, "group", .init(
        hint: t("Categories of one group stand together."), maximumLength: 100, isOptional: true)))\
      \(text(fields, "icon", .init(hint: t("One emoji, e.g. 💡"), maximumLength: 8, isOptional: true)))\
      \(text(fields, "keywords", .init(
        hint: t("Separated by spaces. People find the category by them too."), maximumLength: 500, isOptional: true)))\
      \(area(fields, "description", t("What belongs here.")))\
      \(fields.checkbox("active", labels["active"]!))
      """
  }

  private func told(_ fields: FormFields) -> HTML {
    """
    <h2>\(t("What the reporter is told"))</h2>
    \(area(fields, "notice", t("Told to the reporter once the category is chosen.")))\
    \(area(fields, "stop_message",
      t("With it the category takes no reports: the form says this instead, e.g. whom to call.")))
    """
  }

  private func handling(_ fields: FormFields) -> HTML {
    """
    <h2>\(t("How it is handled"))</h2>
    \(fields.select("default_priority", labels["default_priority"]!,
      Priority.allCases.map { ($0.name, $0.title(t)) }))\
    \(fields.select("department", labels["department"]!, [(value: "", label: t("None"))] + departments,
      .init(hint: t("Where new reports go, unless a rule of routing says otherwise."), isOptional: true)))\
    \(text(fields, "resolution_hours", .init(
      hint: t("Counted round the clock, for priorities that have no target of their own below. Empty for none."),
      inputMode: "numeric", isOptional: true)))\
    \(fields.select("calendar", labels["calendar"]!, [(value: "", label: t("Every hour counts"))] + calendars,
      .init(hint: t("The hours in which the targets below are counted."))))\
    \(TargetFields.html(fields, labels))\
    \(fields.select("escalation_role", labels["escalation_role"]!,
      [(value: "", label: t("As in the township: {role}", ["role": escalationRole.title(t)]))]
        + DeadlineSettings.roles.map { ($0.rawValue, $0.title(t)) },
      .init(hint: t("Everybody of this role is told by mail. Where nobody has it, whoever hears of it in the township."))))\
    \(fields.checkbox("requires_proof", labels["requires_proof"]!))
    """
  }

  private func retention(_ fields: FormFields) -> HTML {
    """
    <h2>\(t("Keeping and deleting"))</h2>
    \(fields.text("anonymize_after_days", labels["anonymize_after_days"]!,
      .init(hint: t("Counted from the end of a report: who reported it is forgotten then. Empty for never."),
        inputMode: "numeric", maximumLength: 5, isOptional: true)))\
    \(fields.text("delete_after_days", labels["delete_after_days"]!,
      .init(hint: t("Its words, place and files are destroyed then. Empty for never."), inputMode: "numeric",
        maximumLength: 5, isOptional: true)))
    """
  }

  private func publicity(_ fields: FormFields) -> HTML {
    """
    <h2>\(t("What the public sees"))</h2>
    \(fields.checkbox("private", labels["private"]!,
      hint: t("For matters between the reporter and the town hall. Reports that are there already become private within minutes, and stay so if you take this back.")))\
    \(fields.checkbox("blurs_location", labels["blurs_location"]!,
      hint: t("For sensitive matters. Everybody but staff and the reporter is shown the block of some 200 metres, and no address. Reports that are there already follow within minutes.")))
    """
  }
}

/// The editor of the questions.
struct QuestionLayout {
  let rows: QuestionRows
  let fields: FormFields
  let t: Translator

  private func label(_ field: String) -> String {
    switch field {
    case "label": t("Question")
    case "type": t("Kind of answer")
    case "options": t("Answers to choose from")
    case "min": t("Least")
    case "max": t("Most")
    case "max_length": t("Longest answer, in characters")
    case "required": t("Must be answered")
    default: t("Key of the question")
    }
  }

  /// The label of a field of a row, with the question's number; nil for another field.
  func label(of name: String) -> String? {
    let parts = name.split(separator: ".")
    guard name.hasPrefix(QuestionRows.prefix), parts.count >= 3, let index = Int(parts[1]) else { return nil }
    return t("Question {number}", ["number": "\(index + 1)"]) + ": " + label(String(parts[2]))
  }

  var html: HTML {
    let isFull = rows.rows.count >= KeptQuestion.limit
    return """
      <section id="questions" aria-labelledby="questions-title"><h2 id="questions-title">\(t("Questions"))</h2>
      <p class="hint">\(t("Asked once the category is chosen. A question that reports have answered is asked no more when you remove it, and its answers keep its words."))</p>
      \(rows.rows.enumerated().map { $1.isRetired ? retired($0, $1) : row($0, $1) })\
      \(isFull ? nil : """
        <p><button class="quiet" name="edit" value="add">\
        \(t("Add a question"))</button></p>

        """ as HTML)</section>

      """
  }

  private func hidden(_ index: Int, _ field: String, _ value: String) -> HTML {
    "<input type=\"hidden\" name=\"\(QuestionRows.name(index, field))\" value=\"\(value)\">"
  }

  private func head(_ index: Int, _ classes: String) -> HTML {
    """
    <fieldset class="card \(classes)" id="question-\(index)"\
    \(rows.focused == index && fields.errors.isEmpty ? " tabindex=\"-1\" autofocus" as HTML : nil)>
    <legend>\(t("Question {number}", ["number": "\(index + 1)"]))</legend>

    """
  }

  private func row(_ index: Int, _ row: QuestionRows.Row) -> HTML {
    func name(_ field: String) -> String { QuestionRows.name(index, field) }
    func number(_ field: String) -> HTML {
      fields.text(name(field), label(field), .init(inputMode: "decimal", maximumLength: 20, isOptional: true))
    }
    let kinds: [(value: String, label: String)] = [
      ("text", t("Words")), ("number", t("A number")), ("boolean", t("Yes or no")), ("choice", t("One of several")),
      ("choices", t("Any of several")),
    ]
    return """
      \(head(index, "question-row"))\(row.key.isEmpty ? nil : hidden(index, "key", row.key))
      \(fields.text(name("label"), label("label"),
        .init(maximumLength: KeptQuestion.longestLabel, isSpellchecked: true)))\
      \(fields.select(name("type"), label("type"), kinds))\
      <div class="for-choice">\(fields.textArea(name("options"), label("options"),
        .init(hint: t("One on each line. “size = How large”: the first word is kept and the rest is shown, so that you can reword it later."),
          rows: 4, isOptional: true, isSpellchecked: true)))</div>
      <div class="for-number pair">\(number("min"))\(number("max"))</div>
      <div class="for-text">\(fields.text(name("max_length"), label("max_length"),
        .init(inputMode: "numeric", maximumLength: 5, isOptional: true)))</div>
      \(fields.checkbox(name("required"), label("required")))\
      <p class="cluster">\(button("up", index, "↑", t("Move up"), isOff: index == 0))\
      \(button("down", index, "↓", t("Move down"), isOff: index == rows.rows.count - 1))\
      \(button("remove", index, nil, t("Remove"), isOff: false))</p></fieldset>

      """
  }

  /// One that is asked no more.
  private func retired(_ index: Int, _ row: QuestionRows.Row) -> HTML {
    let fields: [(String, String)] = [
      ("key", row.key), ("label", row.label), ("type", row.kind), ("options", row.options), ("min", row.minimum),
      ("max", row.maximum), ("max_length", row.maximumLength), ("required", row.isRequired ? "true" : ""),
      ("retired", "true"),
    ]
    return """
      \(head(index, "question-retired"))<p>\(row.label) <span class="muted">\(t("Asked no more; reports have answered it."))</span></p>
      \(fields.map { hidden(index, $0.0, $0.1) })
      <p class="cluster">\(button("restore", index, nil, t("Ask it again"), isOff: false))</p></fieldset>

      """
  }

  private func button(_ action: String, _ index: Int, _ sign: String?, _ words: String, isOff: Bool) -> HTML {
    """
    <button class="quiet small" name="edit" value="\(action).\(index)"\(isOff ? " disabled" as HTML : nil)>\
    \(sign.map { "<span aria-hidden=\"true\">\($0)</span> " as HTML })\(words)\
    <span class="visually-hidden"> (\(t("Question {number}", ["number": "\(index + 1)"])))</span></button>
    """
  }
}
