import HTML
import JSON
import Localization

/// What somebody is limited to, in a form: everything or only what is checked is said expressly, so that boxes which are
/// missing from a page, or were overlooked, never let anybody see more than they did.
struct LimitFields {
  let fields: FormFields

  private enum Extent: String { case all, some }

  private static let kinds = ["areas", "categories"]

  private static func extent(_ kind: String) -> String { kind + "_limit" }

  /// What is known of somebody, as the form shows it.
  static func entered(areas: [String], categories: [String]) -> [String: [String]] {
    func extent(_ words: [String]) -> [String] { [(words.isEmpty ? Extent.all : .some).rawValue] }
    return [
      "areas": areas, "categories": categories, Self.extent("areas"): extent(areas),
      Self.extent("categories"): extent(categories),
    ]
  }

  static func labels(_ t: Translator) -> [String: String] {
    [
      "areas": t("Areas"), "categories": t("Categories"), extent("areas"): t("Choice of areas"),
      extent("categories"): t("Choice of categories"),
    ]
  }

  /// The lists as the API would have been sent them; one that the form does not speak of is left out and stays.
  /// - Parameters:
  ///   - areas: what they are limited to now.
  ///   - categories: what they are limited to now.
  /// - Throws: `required` where only some are to be seen and none is checked.
  static func members(
    _ form: PageForm, areas: [String] = [], categories: [String] = []
  ) throws(Problem) -> [JSONObject.Member] {
    var members: [JSONObject.Member] = []
    var errors: [Problem.FieldError] = []
    for (kind, own) in zip(kinds, [areas, categories]) {
      var words = form.values(kind)
      switch form[extent(kind)].flatMap(Extent.init) {
      // Whoever checks a box besides wants a limit.
      case .all: if words.allSatisfy(own.contains) { words = [] }
      case .some:
        if words.isEmpty { errors.append(.init(field: extent(kind), code: .required, message: "is required")) }
      case nil: if words.isEmpty { continue }
      }
      members.append(.init(key: kind, value: .array(words.map(JSONValue.string))))
    }
    if !errors.isEmpty { throw .fields(errors) }
    return members
  }

  func html(_ choices: PersonPage.Choices) -> HTML? {
    if choices.areas.isEmpty && choices.categories.isEmpty { return nil }
    return """
      \(group("areas", fields.t("Every area"), choices.areas))\
      \(group("categories", fields.t("Every category"), choices.categories))
      """
  }

  private func group(_ kind: String, _ all: String, _ choices: [PersonPage.Choice]) -> HTML? {
    if choices.isEmpty { return nil }
    let labels = Self.labels(fields.t)
    return """
      \(fields.radios(Self.extent(kind), labels[Self.extent(kind)]!,
        [(Extent.all.rawValue, all), (Extent.some.rawValue, fields.t("Only those that are checked"))]))\
      \(fields.checkboxes(kind, labels[kind]!, choices))
      """
  }
}
