import FoundationEssentials
import HTTPServer
import JSON

@testable import Lamppost

/// Bodies that a route takes, with another township's keys wherever one could stand. From the API's description, so that
/// a route that is new is attacked too.
struct Forger {
  enum Body {
    case none
    case json(JSONValue)
    case form([(name: String, value: String)])
  }

  private let reference: String
  private let keys: [String: JSONValue]
  private let operations: [String: Operation]
  private let schemas: [String: Schema]

  init(_ victim: Victim) {
    reference = victim.reference
    let person = victim.administrator.personID ?? 0
    keys = [
      "reference": .string(victim.reference), "of": .string(victim.reference),
      "references": .array([.string(victim.reference)]), "code": .string(victim.code), "category": .string("pothole"),
      "department": .string("roads"), "departments": .array([.string("roads")]), "assignee": .integer(person),
      "person": .integer(person), "people": .array([.integer(person)]), "members": .array([.integer(person)]),
      "email": .string("nobody@example.test"), "password": .string("long enough it is"), "status": .string("rejected"),
      "reason": .string("x"), "note": .string("x"), "location": .at(42.36, -71.06), "visibility": .string("internal"),
      "resolved": .bool(true), "active": .bool(false), "title": .string("x"), "body": .string("x"),
      "logo": .string(victim.candidates("keptLogo").first ?? ""),
      "grant_type": .string("refresh_token"), "token": .string(victim.code),
    ]
    let uploads = victim.town.installation.configuration.uploads
    operations = Dictionary(
      Operation.all(uploads).map { ("\($0.method.rawValue) \($0.template)", $0) },
      uniquingKeysWith: { first, _ in first })
    schemas = Dictionary(Schemas.all.map { ($0.name, $0.schema) }, uniquingKeysWith: { first, _ in first })
  }

  func bodies(_ route: RouteDescription<Access>) -> [Body] {
    if route.method.isSafe { return [.none] }
    if Paths.isPage(route.template) { return Self.actions.map { .form(fields(action: $0)) } }
    guard let body = operations["\(route.method.rawValue) \(route.template)"]?.body,
      let content = body.contents.first
    else { return [.none] }
    if content.mediaType == "application/x-www-form-urlencoded" { return [.form(fields(action: "send"))] }
    return [.json(value(content.schema, depth: 0))]
  }

  /// What the buttons of our pages say.
  private static let actions = [
    "save", "status", "assign", "comment", "remove", "confirm", "withdraw", "bulk", "undo", "delete", "hide", "off",
    "wear", "bare",
  ]

  private func fields(action: String) -> [(name: String, value: String)] {
    keys.flatMap { name, value -> [(name: String, value: String)] in
      let values = value.array ?? [value]
      return values.compactMap { $0.string ?? $0.integer.map(String.init) ?? $0.bool.map { "\($0)" } }
        .map { (name: name, value: $0) }
    } + [(name: "action", value: action), (name: "name", value: "x"), (name: "text", value: "x")]
  }

  private func value(_ schema: Schema, depth: Int) -> JSONValue {
    if depth > 6 { return .null }
    if let word = schema.restrictions.first(where: { $0.name == "enum" })?.value.array?.first { return word }
    switch schema.form {
    case .anything: return .string("x")
    case .text: return .string("something")
    case .integer, .number:
      return schema.restrictions.first { $0.name == "minimum" }?.value ?? .integer(1)
    case .boolean: return .bool(true)
    case .array(let element): return .array([value(element, depth: depth + 1)])
    case .named(let name): return schemas[name].map { value($0, depth: depth + 1) } ?? .null
    case .oneOf(let schemas): return schemas.first.map { value($0, depth: depth + 1) } ?? .null
    case .object(let fields, _):
      var members: [String: JSONValue] = [:]
      for field in fields where field.isRequired || keys[field.name] != nil {
        members[field.name] = keys[field.name] ?? value(field.schema, depth: depth + 1)
      }
      return .object(members)
    }
  }
}
