import Civic
import JSON

/// Says which column of a file becomes what of a request. A JSON object; `docs/importing.md` shows it whole.
///
/// - `source`: the name of the system the file comes from; with the field `source_id` it makes a second import of the
///   same row add nothing.
/// - `time_zone`: IANA name of the wall clock that times without an offset were read from; the township's by default.
/// - `fields`: see `Field`; each is a column's name, or `{column, values, constant, default}`. `column` may be a list:
///   the first that is not blank counts. `values` translates.
/// - `create_categories`: `{group, department}` (columns): missing categories are made, with their departments.
///   Without it they are errors.
/// - `unknown_location`: `[[latitude, longitude], …]`, the points by which the source says that it does not know.
/// - `attributes`: `{name: column}`: kept with the request as they are.
/// - `visibility`: `public` (default) or `private`.
struct ImportMapping: Sendable {
  enum Field: String, CaseIterable, Sendable {
    case sourceID = "source_id"
    case title, description, category, status, priority, latitude, longitude, address
    case createdAt = "created_at"
    case updatedAt = "updated_at"
    case closedAt = "closed_at"
    case expectedBy = "expected_by"
  }

  struct Rule: Sendable {
    var columns: [String] = []
    var values: [String: String] = [:]
    var fallback: String?
  }

  /// The groups and departments of categories that are made as they are met.
  struct NewCategories: Sendable {
    let group: String?
    let department: String?
  }

  let source: String
  let timeZone: String?
  let rules: [Field: Rule]
  let newCategories: NewCategories?
  let unknownLocations: [Coordinate]
  /// By name.
  let attributes: [(name: String, column: String)]
  let visibility: String

  /// - Throws: everything that is wrong with the mapping, in one.
  init(parsing bytes: [UInt8]) throws(ImportError) {
    let json: JSONValue
    do { json = try JSONValue.parse(bytes) } catch { throw ImportError("The mapping is \(error).") }
    guard json.object != nil else { throw ImportError("The mapping must be a JSON object.") }
    var reader = MappingReader(json)
    source = reader.text("source", maximum: 100) ?? ""
    timeZone = reader.optionalText("time_zone")
    rules = reader.rules()
    newCategories = reader.object("create_categories").map {
      NewCategories(group: $0["group"]?.string, department: $0["department"]?.string)
    }
    unknownLocations = reader.points("unknown_location")
    attributes = (reader.object("attributes")?.members ?? []).compactMap { member in
      member.value.string.map { (member.key, $0) }
    }
    visibility = reader.optionalText("visibility") ?? "public"
    if !["public", "private"].contains(visibility) { reader.mistakes.append("visibility must be public or private") }
    for field in [Field.sourceID, .title, .category, .createdAt] where rules[field] == nil {
      reader.mistakes.append("fields.\(field.rawValue) is required")
    }
    reader.refuseUnknown()
    if !reader.mistakes.isEmpty { throw ImportError(reader.mistakes.map { "mapping: " + $0 }.joined(separator: "\n")) }
  }

  /// Every column that is named, to be looked for in the file's first line.
  var columns: Set<String> {
    Set(rules.values.flatMap(\.columns) + attributes.map(\.column))
      .union([newCategories?.group, newCategories?.department].compactMap(\.self))
  }
}

/// Nothing can be imported, or nothing more. The sentence is for whoever runs the command.
struct ImportError: Error, CustomStringConvertible {
  let description: String
  init(_ sentence: String) { description = sentence }
}

/// Reads the mapping's parts and gathers what is wrong.
private struct MappingReader {
  let json: JSONValue
  var mistakes: [String] = []
  private var asked: Set<String> = ["fields"]

  init(_ json: JSONValue) { self.json = json }

  mutating func optionalText(_ key: String) -> String? {
    asked.insert(key)
    guard let value = json[key] else { return nil }
    if value.string == nil { mistakes.append("\(key) must be a text") }
    return value.string
  }

  mutating func text(_ key: String, maximum: Int) -> String? {
    let text = optionalText(key)
    if text == nil || text == "" { mistakes.append("\(key) is required") }
    if let text, text.unicodeScalars.count > maximum || text.utf8.contains(0) { mistakes.append("\(key) is too long") }
    return text
  }

  mutating func object(_ key: String) -> JSONObject? {
    asked.insert(key)
    guard let value = json[key] else { return nil }
    guard let object = value.object, object.members.allSatisfy({ $0.value.string != nil }) else {
      mistakes.append("\(key) must be an object of texts")
      return nil
    }
    return object
  }

  mutating func points(_ key: String) -> [Coordinate] {
    asked.insert(key)
    return (json[key]?.array ?? []).compactMap { point in
      let numbers = (point.array ?? []).compactMap(\.double)
      let coordinate =
        numbers.count == 2 ? Coordinate(latitude: numbers[0], longitude: numbers[1]) : nil
      if coordinate == nil { mistakes.append("\(key) must be a list of [latitude, longitude]") }
      return coordinate
    }
  }

  mutating func rules() -> [ImportMapping.Field: ImportMapping.Rule] {
    var rules: [ImportMapping.Field: ImportMapping.Rule] = [:]
    guard let fields = json["fields"]?.object else {
      mistakes.append("fields must be an object")
      return rules
    }
    for member in fields.members {
      guard let field = ImportMapping.Field(rawValue: member.key) else {
        let known = ImportMapping.Field.allCases.map(\.rawValue).joined(separator: ", ")
        mistakes.append("fields.\(member.key) is not known; there are \(known)")
        continue
      }
      rules[field] = rule(member.value, named: member.key)
    }
    return rules
  }

  private mutating func rule(_ value: JSONValue, named name: String) -> ImportMapping.Rule {
    var rule = ImportMapping.Rule()
    if let column = value.string {
      rule.columns = [column]
      return rule
    }
    rule.columns = value["column"]?.array?.compactMap(\.string) ?? value["column"]?.string.map { [$0] } ?? []
    for member in value["values"]?.object?.members ?? [] { rule.values[member.key] = member.value.string }
    rule.fallback = value["constant"]?.string ?? value["default"]?.string
    for key in value.object?.keys ?? [] where !["column", "values", "constant", "default"].contains(key) {
      mistakes.append("fields.\(name).\(key) is not known")
    }
    if rule.columns.isEmpty && rule.fallback == nil {
      mistakes.append("fields.\(name) names no column and no constant")
    }
    return rule
  }

  mutating func refuseUnknown() {
    for key in json.object?.keys ?? [] where !asked.contains(key) { mistakes.append("\(key) is not known") }
  }
}
