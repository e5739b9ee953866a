import Civic
import Credentials
import JSON

/// A report as somebody fills it in on the page: what was entered, what was found for it, and the files that came.
struct ReportDraft: Sendable {
  let form: PageForm
  let categories: [ListCategories.Item]
  /// Names the form: sent twice, it makes one report.
  let key: String
  /// Files of this and of earlier posts of the form.
  let files: [QuarantinedFile]
  /// Files of this post alone.
  let newFiles: [QuarantinedFile]
  /// Files of earlier posts, with those that are gone since, as they are once the report was stored and they were scanned.
  var heldFiles: [QuarantinedFile] = []
  /// What was found for the place that was typed.
  var places: [Place] = []

  /// The page's name of a field by the API's.
  static let names = ["location": "street", "contact.email": "email", "contact.name": "name", "contact.phone": "phone"]

  static func newKey() -> String { Base64URL.encode(RandomBytes.generate(16)) }

  init(_ form: PageForm, categories: [ListCategories.Item], key: String, files: [QuarantinedFile]) {
    (self.form, self.categories, self.key, newFiles) = (form, categories, key, form.files)
    self.files = files
  }

  var category: ListCategories.Item? { categories.first { $0.slug == form["category"] } }

  /// The place that was chosen among those found; nil where another was typed since.
  var chosenPlace: Place? {
    guard let spot = form["spot"], form["found_for"] == form["street"] else { return nil }
    let parts = spot.split(separator: ";", maxSplits: 1)
    let numbers = (parts.first ?? "").split(separator: ",").compactMap { Double($0) }
    guard parts.count == 2, numbers.count == 3,
      let location = Location(latitude: numbers[0], longitude: numbers[1], accuracy: numbers[2] > 0 ? numbers[2] : nil)
    else { return nil }
    return Place(address: String(parts[1]), location: location)
  }

  var isPlaceUnknown: Bool { form["unknown_place"] == "true" }
  /// Whether what was typed goes as it is, without a point.
  var isPlaceAsWritten: Bool { form["spot"] == "text" && form["found_for"] == form["street"] && form["street"] != nil }

  /// What the API would be sent. A field that nobody filled in is left out.
  func json() -> JSONObject {
    var members: [(String, JSONValue?)] = [
      ("title", form["title"].map(JSONValue.string)), ("description", form["description"].map(JSONValue.string)),
      ("category", form["category"].map(JSONValue.string)),
    ]
    if let place = chosenPlace, !isPlaceUnknown {
      members.append(("location", place.location.json))
      members.append(("address", .string(place.address)))
    } else if isPlaceUnknown || isPlaceAsWritten {
      members.append(("location", .null))
      members.append(("address", form["street"].map(JSONValue.string)))
    }
    if form["who"] == "anonymous" { members.append(("anonymous", .bool(true))) }
    if form["who"] == "caller" { members.append(("for_caller", .bool(true))) }
    if form["who"] == "contact" || form["who"] == "caller" {
      let contact = ["name", "email", "phone"].compactMap { name in
        form[name].map { JSONObject.Member(key: name, value: .string($0)) }
      }
      if !contact.isEmpty { members.append(("contact", .object(JSONObject(members: contact)))) }
    }
    let answers = questions.compactMap { question in
      answer(question).map { JSONObject.Member(key: question.definition.key, value: $0) }
    }
    if !answers.isEmpty { members.append(("attributes", .object(JSONObject(members: answers)))) }
    return JSONObject(members: members.compactMap { key, value in value.map { .init(key: key, value: $0) } })
  }

  /// What the form asks and the API does not.
  func formErrors(isSignedIn: Bool) -> [Problem.FieldError] {
    switch form["who"] {
    case "anonymous": return []
    case "account" where isSignedIn, "caller" where isSignedIn: return []
    case "contact" where form["email"] != nil || form["phone"] != nil: return []
    case "contact": return [.init(field: "email", code: .required, message: "is required")]
    default: return [.init(field: "who", code: .required, message: "is required")]
    }
  }

  // MARK: Questions

  var questions: [Question] { category.map(Question.all) ?? [] }

  private func answer(_ question: Question) -> JSONValue? {
    let name = question.fieldName
    switch question.definition.kind {
    case .choices:
      let chosen = form.values(name).filter { !$0.isEmpty }
      return chosen.isEmpty ? nil : .array(chosen.map(JSONValue.string))
    case .boolean: return form[name].map { .bool($0 == "true") }
    // A number that is none goes on as the text it is, to be refused.
    case .number: return form[name].map { text in Double(text).map(JSONValue.number) ?? .string(text) }
    case .text, .choice: return form[name].map(JSONValue.string)
    }
  }
}

/// An extra question of a category with the words of its options.
struct Question: Sendable {
  let category: String
  let definition: AttributeDefinition
  let options: [(value: String, label: String)]

  var fieldName: String { "q.\(category).\(definition.key)" }

  static func all(of category: ListCategories.Item) -> [Question] {
    guard let text = String(validating: category.attributes.bytes, as: UTF8.self),
      let definitions = try? AttributeDefinition.parse(text),
      let entries = try? JSONValue.parse(category.attributes.bytes).array
    else { return [] }
    return zip(definitions, entries).map { definition, entry in
      let options = (entry["options"]?.array ?? []).compactMap { option -> (value: String, label: String)? in
        guard let key = option.string ?? option["key"]?.string else { return nil }
        return (key, option["label"]?.string ?? key.prefix(1).uppercased() + key.dropFirst())
      }
      return Question(category: category.slug, definition: definition, options: options)
    }
  }
}

extension Location {
  /// As the API takes it.
  fileprivate var json: JSONValue {
    var members = [
      JSONObject.Member(key: "latitude", value: .number(coordinate.latitude)),
      JSONObject.Member(key: "longitude", value: .number(coordinate.longitude)),
    ]
    if let accuracy { members.append(.init(key: "accuracy", value: .number(accuracy))) }
    return .object(JSONObject(members: members))
  }
}
