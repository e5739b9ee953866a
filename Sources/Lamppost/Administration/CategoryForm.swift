import Civic
import JSON

/// A category as its page holds it between two posts: what was entered, and the rows of its questions.
struct CategoryForm {
  private(set) var entered: [String: [String]]
  var questions: QuestionRows
  /// The version that the form was made for.
  var version: Int?
  private let edit: String?
  /// Whether the form holds questions at all.
  private let hasQuestions: Bool

  private static let texts = [
    "name", "group", "icon", "keywords", "description", "notice", "stop_message", "default_priority", "department",
    "calendar", "escalation_role",
  ]
  private static let numbers = ["resolution_hours", "anonymize_after_days", "delete_after_days"]
  private static let flags = ["active", "requires_proof", "blurs_location", "private"]

  init(_ category: KeptCategory) {
    entered = [
      "name": [category.name], "group": [category.group ?? ""], "icon": [category.icon],
      "keywords": [category.keywords], "description": [category.description], "notice": [category.notice],
      "stop_message": [category.stopMessage], "default_priority": [category.defaultPriority.name],
      "department": [category.department ?? ""],
      "resolution_hours": [category.resolutionHours.map(String.init) ?? ""],
      "active": [category.isActive ? "true" : ""], "blurs_location": [category.blursLocation ? "true" : ""],
      "requires_proof": [category.requiresProof ? "true" : ""], "private": [category.isPrivate ? "true" : ""],
    ]
    entered["calendar"] = [category.calendar ?? ""]
    entered["escalation_role"] = [category.escalationRole?.rawValue ?? ""]
    entered["anonymize_after_days"] = [category.anonymizeAfterDays.map(String.init) ?? ""]
    entered["delete_after_days"] = [category.deleteAfterDays.map(String.init) ?? ""]
    entered.merge(TargetFields.entered(category.targets)) { $1 }
    questions = QuestionRows(category.questions)
    version = category.slug.isEmpty ? nil : category.version
    (edit, hasQuestions) = (nil, true)
  }

  init(_ form: PageForm) {
    entered = form.valuesByName.filter { !$0.key.hasPrefix(QuestionRows.prefix) }
    questions = QuestionRows(form)
    version = form["version"].flatMap { Int(digits: $0) }
    edit = form["edit"]
    hasQuestions = form["has_questions"] == "true"
  }

  /// Does what a button within the form asks for.
  /// - Returns: whether there was one; the form is then shown again, and nothing is saved.
  mutating func applyEdit() -> Bool {
    guard let edit else {
      questions.dropEmpty()
      return false
    }
    questions.apply(edit)
    return true
  }

  /// The form as the API would have been sent it: an empty text is null, so that it takes away what was there.
  func json(with more: [String] = []) -> JSONObject {
    let form = PageForm(entered.flatMap { name, values in values.map { (name: name, value: $0) } })
    var object = form.object(texts: Self.texts + more, flags: Self.flags, numbers: Self.numbers)
    object = JSONObject(members: object.members + [TargetFields.member(form)])
    if hasQuestions {
      object = JSONObject(members: object.members + [.init(key: "attributes", value: questions.json)])
    }
    return object
  }
}

/// The questions of a category as rows of a form: without a script a button sends the form, and it comes back with one
/// row more, less or elsewhere.
struct QuestionRows {
  struct Row {
    var key = ""
    var label = ""
    var kind = KeptQuestion.Kind.text.rawValue
    var isRequired = false
    /// One on a line: a text, or `key = text`.
    var options = ""
    var minimum = ""
    var maximum = ""
    var maximumLength = ""
    var isRetired = false

    var isEmpty: Bool { key.isEmpty && label.isEmpty && options.isEmpty }
  }

  /// Of the fields' names, which are the API's.
  static let prefix = "attributes."

  private(set) var rows: [Row] = []
  /// The row that has just been added or moved.
  private(set) var focused: Int?

  static func name(_ index: Int, _ field: String) -> String { "\(prefix)\(index).\(field)" }

  init(_ questions: [KeptQuestion]) {
    rows = questions.map { question in
      Row(
        key: question.key, label: question.label, kind: question.kind.rawValue, isRequired: question.isRequired,
        options: question.options.map { option in option.label.map { "\(option.key) = \($0)" } ?? option.key }
          .joined(separator: "\n"),
        minimum: question.minimum.map(Self.words) ?? "", maximum: question.maximum.map(Self.words) ?? "",
        maximumLength: question.maximumLength.map(String.init) ?? "", isRetired: question.isRetired)
    }
  }

  init(_ form: PageForm) {
    while rows.count <= KeptQuestion.limit, form.has(Self.name(rows.count, "label")) {
      func text(_ field: String) -> String { form[Self.name(rows.count, field)] ?? "" }
      rows.append(
        Row(
          key: text("key"), label: text("label"), kind: text("type"), isRequired: text("required") == "true",
          options: text("options"), minimum: text("min"), maximum: text("max"), maximumLength: text("max_length"),
          isRetired: text("retired") == "true"))
    }
  }

  private static func words(_ number: Double) -> String { Int(exactly: number).map(String.init) ?? String(number) }

  /// - Parameter edit: `add`, or what becomes of a row and its number: `up.2`.
  mutating func apply(_ edit: String) {
    if edit == "add" {
      if rows.count < KeptQuestion.limit { rows.append(Row()) }
      focused = rows.count - 1
      return
    }
    let parts = edit.split(separator: ".")
    guard parts.count == 2, let index = Int(digits: parts[1]), rows.indices.contains(index) else { return }
    focused = index
    switch parts[0] {
    case "up" where index > 0:
      rows.swapAt(index, index - 1)
      focused = index - 1
    case "down" where index < rows.count - 1:
      rows.swapAt(index, index + 1)
      focused = index + 1
    case "remove":
      rows.remove(at: index)
      focused = rows.isEmpty ? nil : min(index, rows.count - 1)
    case "restore": rows[index].isRetired = false
    default: break
    }
  }

  /// Rows that were added and never filled in.
  mutating func dropEmpty() { rows.removeAll(where: \.isEmpty) }

  /// For `FormFields`.
  var entered: [String: [String]] {
    var entered: [String: [String]] = [:]
    for (index, row) in rows.enumerated() {
      for (field, value) in [
        ("label", row.label), ("type", row.kind), ("options", row.options), ("min", row.minimum),
        ("max", row.maximum), ("max_length", row.maximumLength), ("required", row.isRequired ? "true" : ""),
      ] {
        entered[Self.name(index, field)] = [value]
      }
    }
    return entered
  }

  /// As the API takes them: of each row what its type has a use for.
  var json: JSONValue {
    .array(
      rows.map { row in
        var members: [(String, JSONValue)] = [
          ("label", .string(row.label)), ("type", .string(row.kind)), ("required", .bool(row.isRequired)),
        ]
        if !row.key.isEmpty { members.append(("key", .string(row.key))) }
        if row.isRetired { members.append(("retired", .bool(true))) }
        switch KeptQuestion.Kind(rawValue: row.kind) {
        case .choice, .choices: members.append(("options", .array(Self.options(row.options))))
        case .number:
          members += [("min", row.minimum), ("max", row.maximum)].filter { !$0.1.isEmpty }.map { name, text in
            let number = Double(text.replacing(",", with: ".")).flatMap { $0.isFinite ? $0 : nil }
            return (name, number.map(JSONValue.init(plain:)) ?? .string(text))
          }
        case .text where !row.maximumLength.isEmpty:
          members.append(
            ("max_length", Int(row.maximumLength).map { .integer($0) } ?? .string(row.maximumLength)))
        case .text, .boolean, nil: break
        }
        return .object(JSONObject(members: members.map { .init(key: $0.0, value: $0.1) }))
      })
  }

  private static func options(_ text: String) -> [JSONValue] {
    text.split(whereSeparator: \.isNewline).map { String($0).trimmed }.filter { !$0.isEmpty }.map { line in
      let parts = line.split(separator: " = ", maxSplits: 1).map { String($0).trimmed }
      guard parts.count == 2 else { return .string(line) }
      return .object(
        JSONObject(members: [
          .init(key: "key", value: .string(parts[0])), .init(key: "label", value: .string(parts[1])),
        ]))
    }
  }
}
