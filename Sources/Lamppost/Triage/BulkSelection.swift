import Civic
import HTTPServer
import JSON
import PostgreSQL

/// Which requests a bulk call is about.
enum BulkSelection: Sendable {
  case references([Reference])
  case filter(RequestFilter)
  case polygon(SearchPolygon, RequestFilter)

  static let referenceLimit = 500

  /// Exactly one of `references`, `filter` and `polygon`; `polygon` may be narrowed by `filter`.
  /// - Throws: what is wrong with it; `forbidden` for a filter that the caller may not use.
  init(_ input: inout ObjectInput, as actor: Actor) throws(Problem) {
    let (references, filter, polygon) = (input.value("references"), input.value("filter"), input.value("polygon"))
    switch (references, filter, polygon) {
    case (let list?, nil, nil): self = .references(try Self.references(list))
    case (nil, let filter?, nil): self = .filter(try RequestFilter(filter, as: actor))
    case (nil, let filter, let polygon?):
      self = .polygon(
        try SearchPolygon(polygon), try RequestFilter(filter ?? .object(JSONObject(members: [])), as: actor))
    default:
      throw .field("references", .required, "exactly one of references, filter and polygon is required")
    }
  }

  private static func references(_ value: JSONValue) throws(Problem) -> [Reference] {
    guard let list = value.array else { throw .field("references", .wrongType, "must be a list") }
    if list.isEmpty { throw .field("references", .required, "must name a request") }
    if list.count > referenceLimit {
      throw .field("references", .tooMany, "must not be more than \(referenceLimit)")
    }
    var seen: Set<Reference> = []
    var references: [Reference] = []
    for entry in list {
      guard let text = entry.string, let reference = Reference(text) else {
        throw .field("references", .invalidFormat, "one of them is no reference")
      }
      if seen.insert(reference).inserted { references.append(reference) }
    }
    return references
  }

  /// The numbers of what it selects, at most `limit` of them and one.
  func query(limit: Int, _ mode: RequestFilter.TextMode = .words, as actor: Actor) -> SQL {
    switch self {
    case .references(let references):
      "SELECT r.id FROM requests r WHERE r.reference = ANY(\(references.map(\.stored))) AND \(actor.visibleRequests)"
    case .filter(let filter):
      "SELECT r.id FROM \(filter.source) WHERE \(filter.conditions(as: actor, text: mode)) LIMIT \(limit + 1)"
    case .polygon(let polygon, let filter):
      """
      SELECT r.id FROM \(filter.source)
       WHERE \(polygon.condition(on: actor.visibleLocation)) AND \(filter.conditions(as: actor, text: mode))
       LIMIT \(limit + 1)
      """
    }
  }

  /// The words looked for, which may be misspelt.
  var text: String? {
    switch self {
    case .references: nil
    case .filter(let filter), .polygon(_, let filter): filter.text
    }
  }
}

extension RequestFilter {
  /// A filter in a body: an object of the list's filters by their names; a list of words may be a JSON list.
  /// - Throws: its mistakes, each under `filter.<name>`; `forbidden` for a filter that only others may use.
  init(_ value: JSONValue, as actor: Actor, names: Set<String> = Self.names) throws(Problem) {
    guard let object = value.object else { throw .field("filter", .wrongType, "must be an object") }
    var pairs: [(name: String, value: String)] = []
    for member in object.members {
      guard names.contains(member.key) else {
        throw .field("filter.\(member.key)", .unknownField, "is not known here")
      }
      if member.value.isNull { continue }
      guard let text = member.value.filterText(for: member.key) else {
        throw .field("filter.\(member.key)", .wrongType, "must be of the type that the list's parameter has")
      }
      pairs.append((member.key, text))
    }
    do {
      try self.init(Query(pairs), as: actor)
    } catch {
      // As a parameter it would have been the address that is wrong.
      guard error.code == .invalidParameter, let wrong = error.errors.first else { throw error }
      throw .field("filter.\(wrong.field)", .invalidFormat, wrong.message)
    }
  }

  static let names = Set(Parameter.filters.map(\.name))

  fileprivate static let forms = Dictionary(
    uniqueKeysWithValues: (Parameter.filters + [.sort]).map { ($0.name, $0.schema.form) })
}

extension JSONValue {
  /// As it would stand in an address; nil for what is of another type than the filter of this name, or holds U+0000,
  /// which no address can hold and the database refuses.
  func filterText(for name: String) -> String? {
    if let string { return string.unicodeScalars.contains("\0") ? nil : string }
    switch RequestFilter.forms[name] {
    case .array:
      let words = array?.map { $0.filterText(for: "") } ?? [nil]
      return words.contains(nil) ? nil : words.compactMap(\.self).joined(separator: ",")
    case .number: return integer.map { "\($0)" } ?? double.map { "\($0)" }
    case .boolean: return bool.map { "\($0)" }
    default: return nil
    }
  }
}
