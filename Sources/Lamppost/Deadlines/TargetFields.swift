import Civic
import FoundationEssentials
import HTML
import JSON
import Localization

/// The targets of a category as fields of its page: working hours by priority.
enum TargetFields {
  private static let kinds = ["first_response", "resolution"]

  static func name(_ priority: Priority, _ kind: String) -> String { "\(priority.name)_\(kind)" }

  /// The page's field by the API's.
  static let names = Dictionary(
    uniqueKeysWithValues: Priority.allCases.flatMap { priority in
      kinds.map { ("targets.\(priority.name).\($0)", name(priority, $0)) }
    })

  static func labels(_ t: Translator) -> [String: String] {
    var labels: [String: String] = [:]
    for priority in Priority.allCases {
      labels[name(priority, "first_response")] = t("{priority}: hours to an answer", ["priority": priority.title(t)])
      labels[name(priority, "resolution")] = t("{priority}: hours until it is done", ["priority": priority.title(t)])
    }
    return labels
  }

  static func entered(_ targets: [Priority: ServiceTargets.Target]) -> [String: [String]] {
    var entered: [String: [String]] = [:]
    for priority in Priority.allCases {
      entered[name(priority, "first_response")] = [hours(targets[priority]?.firstResponse)]
      entered[name(priority, "resolution")] = [hours(targets[priority]?.resolution)]
    }
    return entered
  }

  /// `90` minutes are `1.5`.
  private static func hours(_ minutes: Int?) -> String {
    guard let minutes else { return "" }
    if minutes % 60 == 0 { return "\(minutes / 60)" }
    // A tenth of a hundredth of an hour is less than a minute: what is shown is read back as the same.
    let thousandths = (minutes * 1000 + 30) / 60
    let digits = String(repeating: "0", count: 3 - String(thousandths % 1000).count) + String(thousandths % 1000)
    var text = "\(thousandths / 1000).\(digits)"
    while text.hasSuffix("0") { text.removeLast() }
    return text
  }

  /// The field `targets` as the API would have been sent it; what is no number stays a text, which the API refuses.
  static func member(_ form: PageForm) -> JSONObject.Member {
    let members = Priority.allCases.map { priority in
      let fields = kinds.map { kind in
        JSONObject.Member(key: kind, value: form[name(priority, kind)].map(minutes) ?? .null)
      }
      return JSONObject.Member(key: priority.name, value: .object(JSONObject(members: fields)))
    }
    return JSONObject.Member(key: "targets", value: .object(JSONObject(members: members)))
  }

  private static func minutes(_ text: String) -> JSONValue {
    guard let hours = Double(text.replacing(",", with: ".")), hours.isFinite, abs(hours) < 1e9 else {
      return .string(text)
    }
    return .integer(Int((hours * 60).rounded()))
  }

  static func html(_ fields: FormFields, _ labels: [String: String]) -> HTML {
    let t = fields.t
    return """
      <fieldset class="field"><legend>\(t("Targets by priority"))</legend>
      <p class="hint">\(t("In working hours of the calendar, e.g. 4 or 0.5. Empty for no target."))</p>
      \(Priority.allCases.reversed().map { priority in
        """
        <div class="pair">\(kinds.map { kind in
          let name = name(priority, kind)
          // All of them may stay empty: the hint above says so once.
          return fields.text(name, labels[name]!, .init(inputMode: "decimal", maximumLength: 10))
        })</div>
        """ as HTML
      })</fieldset>

      """
  }

  /// What a report of this moment would be promised.
  static func preview(_ terms: ServiceTerms, _ t: Translator) -> HTML {
    let now = Date.now
    return """
      <div class="card" id="preview">
      <h2 id="preview-title">\(t("A report made now would be due"))</h2>
      <div class="scroll" tabindex="0" role="region" aria-labelledby="preview-title"><table>
      <thead><tr><th scope="col">\(t("Priority"))</th><th scope="col">\(t("Answer"))</th>\
      <th scope="col">\(t("Done"))</th></tr></thead>
      <tbody>
      \(Priority.allCases.reversed().map { priority in
        let dates = terms.targets.dates(for: priority, madeAt: now, on: terms.clock)
        func say(_ date: Date?) -> String { date.map { t.weekdayAndTime($0) } ?? t("no date") }
        return """
          <tr><th scope="row">\(priority.title(t))</th><td>\(say(dates.respondBy))</td>\
          <td>\(say(dates.expectedBy))</td></tr>

          """ as HTML
      })</tbody></table></div>
      </div>

      """
  }
}

extension ServiceTargets {
  /// Reads the API's `targets`: minutes by priority. What is wrong is gathered by `input`.
  static func read(_ input: inout ObjectInput) -> [Priority: Target] {
    var targets: [Priority: Target] = [:]
    _ = input.nested("targets") { input -> Bool? in
      for priority in Priority.allCases {
        targets[priority] = input.nested(priority.name) { input in
          let target = Target(
            firstResponse: minutes("first_response", &input), resolution: minutes("resolution", &input))
          return target == Target() ? nil : target
        }
      }
      return true
    }
    return targets
  }

  private static func minutes(_ key: String, _ input: inout ObjectInput) -> Int? {
    guard let minutes = input.integer(key) else { return nil }
    if !range.contains(minutes) { input.refuse(key, .outOfRange, "must be from 1 to 5,256,000 minutes") }
    return minutes
  }
}
