import HTML
import Localization

/// The fields of one form as they are shown: with what was entered, and with what is wrong with it.
///
/// Every field has its label above it, then its hint, then its error; the error summary at the top links to each field
/// that is wrong. The pattern is GOV.UK's (https://design-system.service.gov.uk/components/error-summary/).
struct FormFields {
  let t: Translator
  /// What was entered, or what is known already.
  var entered: [String: [String]] = [:]
  var errors: [Problem.FieldError] = []
  /// The field's name on the page, by its name in the API, where the two differ: `contact.email` is `email` here.
  var names: [String: String] = [:]
  /// Tells the fields of this form from those of the same names in another form of the page.
  var scope: String?

  init(_ t: Translator, _ form: PageForm? = nil, problem: Problem? = nil) {
    self.t = t
    if let form {
      // A password that was wrong is typed again.
      entered = form.valuesByName.filter { !$0.key.contains("password") }
    }
    errors = problem?.errors ?? []
    if let problem, errors.isEmpty {
      errors = [.init(field: "", code: problem.code, message: problem.detail ?? problem.code.title)]
    }
  }

  /// How a field looks and what a browser does for it.
  struct Options {
    var hint: String?
    var type = "text"
    var autocomplete: String?
    var inputMode: String?
    var maximumLength: Int?
    var rows = 5
    var isOptional = false
    var isSpellchecked = false
    /// Whether the label is the page's heading.
    var isHeading = false
  }

  func value(_ name: String) -> String { entered[name]?.first ?? "" }

  func error(_ name: String) -> Problem.FieldError? { errors.first { self.name(of: $0) == name } }

  private func name(of error: Problem.FieldError) -> String { names[error.field] ?? error.field }

  private func id(_ name: String) -> String {
    "field-" + (scope.map { $0 + "-" } ?? "") + name.replacing(".", with: "-")
  }

  /// At the top of the main column: everything that is wrong, each with a link to its field.
  /// - Parameter label: a field's label by its name, for the sentence about it.
  func summary(label: (String) -> String?) -> HTML? {
    if errors.isEmpty { return nil }
    return """
      <div class="error-summary" role="alert" tabindex="-1" autofocus aria-labelledby="error-summary-title">
      <h2 id="error-summary-title">\(t("There is a problem"))</h2>
      <ul>
      \(errors.map { error in
        let name = name(of: error)
        let sentence = FieldMessages.sentence(error, label: label(name), t)
        return name.isEmpty ? "<li>\(sentence)</li>\n" : "<li><a href=\"#\(id(name))\">\(sentence)</a></li>\n" as HTML
      })</ul>
      </div>

      """
  }

  func text(_ name: String, _ label: String, _ options: Options = Options()) -> HTML {
    wrap(name, label, options) { attributes in
      """
      <input type="\(options.type)" value="\(options.type == "password" ? "" : value(name))"\(attributes)\
      \(options.inputMode.map { " inputmode=\"\($0)\"" as HTML })>
      """
    }
  }

  func textArea(_ name: String, _ label: String, _ options: Options = Options()) -> HTML {
    wrap(name, label, options) { attributes in
      "<textarea rows=\"\(options.rows)\"\(attributes)>\n\(value(name))</textarea>"
    }
  }

  /// One file; which one had been chosen no browser tells again.
  /// - Parameter accept: kinds that a browser offers, as endings or media types.
  func file(_ name: String, _ label: String, accept: String, _ options: Options = Options()) -> HTML {
    wrap(name, label, options) { attributes in "<input type=\"file\"\(attributes) accept=\"\(accept)\">" }
  }

  /// - Parameter choices: value and label.
  func select(
    _ name: String, _ label: String, _ choices: [(value: String, label: String)], _ options: Options = Options()
  ) -> HTML {
    wrap(name, label, options) { attributes in
      """
      <select\(attributes)>
      \(choices.map { choice in
        """
        <option value="\(choice.value)"\(choice.value == value(name) ? " selected" as HTML : nil)>\(choice.label)</option>

        """ as HTML
      })</select>
      """
    }
  }

  func radios(
    _ name: String, _ legend: String, _ choices: [(value: String, label: String)], _ options: Options = Options()
  ) -> HTML {
    group(name, legend, choices, options, type: "radio")
  }

  func checkboxes(
    _ name: String, _ legend: String, _ choices: [(value: String, label: String)], _ options: Options = Options()
  ) -> HTML {
    group(name, legend, choices, options, type: "checkbox")
  }

  /// One box on its own.
  func checkbox(_ name: String, _ label: String, hint: String? = nil) -> HTML {
    """
    <div class="field choice"><input type="checkbox" id="\(id(name))" name="\(name)" value="true"\
    \(value(name) == "true" ? " checked" as HTML : nil)\(described(name, hint))> <label for="\(id(name))">\(label)</label>
    \(hint.map { "<p class=\"hint\" id=\"\(id(name))-hint\">\($0)</p>\n" as HTML })\(message(name, label))</div>

    """
  }

  private func group(
    _ name: String, _ legend: String, _ choices: [(value: String, label: String)], _ options: Options, type: String
  ) -> HTML {
    let chosen = entered[name] ?? []
    return """
      <fieldset class="field\(error(name) == nil ? "" : " wrong")"\(described(name, options.hint))>
      <legend>\(options.isHeading ? "<h1>\(legend)</h1>" as HTML : HTML(text: legend))\(optional(options))</legend>
      \(hint(name, options))\(message(name, legend))
      \(choices.enumerated().map { index, choice in
        let own = index == 0 ? id(name) : "\(id(name))-\(index)"
        return """
          <div class="choice"><input type="\(type)" id="\(own)" name="\(name)" value="\(choice.value)"\
          \(chosen.contains(choice.value) ? " checked" as HTML : nil)> <label for="\(own)">\(choice.label)</label></div>

          """ as HTML
      })</fieldset>

      """
  }

  private func wrap(_ name: String, _ label: String, _ options: Options, _ control: (HTML) -> HTML) -> HTML {
    let isWrong = error(name) != nil
    let attributes: HTML = """
       id="\(id(name))" name="\(name)"\(described(name, options.hint))\(isWrong ? " aria-invalid=\"true\"" as HTML : nil)\
      \(options.autocomplete.map { " autocomplete=\"\($0)\"" as HTML })\
      \(options.maximumLength.map { " maxlength=\"\($0)\"" as HTML })\
      \(options.isSpellchecked ? nil : " spellcheck=\"false\"" as HTML)
      """
    return """
      <div class="field\(isWrong ? " wrong" : "")">
      \(options.isHeading ? "<h1>" as HTML : nil)<label for="\(id(name))">\(label)\(optional(options))</label>\
      \(options.isHeading ? "</h1>" as HTML : nil)
      \(hint(name, options))\(message(name, label))\(control(attributes))
      </div>

      """
  }

  private func optional(_ options: Options) -> HTML? {
    options.isOptional ? " <span class=\"optional\">\(t("(optional)"))</span>" : nil
  }

  private func hint(_ name: String, _ options: Options) -> HTML? {
    options.hint.map { "<p class=\"hint\" id=\"\(id(name))-hint\">\($0)</p>\n" }
  }

  private func message(_ name: String, _ label: String) -> HTML? {
    error(name).map { error in
      """
      <p class="error" id="\(id(name))-error"><span class="visually-hidden">\(t("Error:"))</span> \
      \(FieldMessages.sentence(error, label: label, t))</p>

      """
    }
  }

  private func described(_ name: String, _ hint: String?) -> HTML? {
    var ids: [String] = []
    if hint != nil { ids.append(id(name) + "-hint") }
    if error(name) != nil { ids.append(id(name) + "-error") }
    return ids.isEmpty ? nil : " aria-describedby=\"\(ids.joined(separator: " "))\""
  }
}

/// What a reader is told of a field that is wrong, by the code that the API gives.
enum FieldMessages {
  static func sentence(_ error: Problem.FieldError, label: String?, _ t: Translator) -> String {
    // The township's own words.
    if error.code == .categoryStopped { return error.message }
    guard let label else { return t(error.code.title) }
    let values = ["label": label]
    return switch error.code {
    case .required where label.hasSuffix("?"): t("Answer “{label}”", values)
    case .required: t("{label} is missing.", values)
    case .tooLong: t("{label} is too long.", values)
    case .tooShort: t("{label} is too short.", values)
    case .invalidFormat: t("{label} does not look right.", values)
    case .invalidText: t("{label} holds a character that cannot be kept.", values)
    case .wrongType, .outOfRange, .unknownOption: t("{label} is not a value that can be used.", values)
    case .notFound: t("Nothing is found by this. Check each letter.")
    case .outsideArea: t("The place lies outside of the township.")
    default: t(error.code.title)
    }
  }
}
