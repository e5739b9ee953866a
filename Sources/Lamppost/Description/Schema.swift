import JSON

/// The form of a value, as JSON Schema 2020-12 says it and as the readable page shows it.
struct Schema: Sendable {
  indirect enum Form: Sendable {
    case anything
    case text, integer, number, boolean
    case array(of: Schema)
    /// - others: what fields without a name may hold; nil where there must be none.
    case object([Field], others: Schema?)
    /// A schema of `Schemas`.
    case named(String)
    case oneOf([Schema])
  }

  struct Field: Sendable {
    let name: String
    let schema: Schema
    let isRequired: Bool
  }

  let form: Form
  var isNullable = false
  /// Restrictions, e.g. `maxLength`.
  var restrictions: [(name: String, value: JSONValue)] = []
  var note: String?

  init(_ form: Form, _ restrictions: [(name: String, value: JSONValue)] = []) {
    self.form = form
    self.restrictions = restrictions
  }

  /// The same or null.
  var orNull: Schema {
    var schema = self
    schema.isNullable = true
    return schema
  }

  func noted(_ note: String) -> Schema {
    var schema = self
    schema.note = note
    return schema
  }

  func restricted(_ name: String, _ value: JSONValue) -> Schema {
    var schema = self
    schema.restrictions.append((name, value))
    return schema
  }
}

extension Schema {
  static let text = Schema(.text)
  static let boolean = Schema(.boolean)
  static let number = Schema(.number)
  static let integer = Schema(.integer)
  static let time = Schema(.text, [("format", .string("date-time"))])

  /// - Parameter lengths: in Unicode scalars.
  static func text(_ lengths: ClosedRange<Int>, pattern: String? = nil) -> Schema {
    var restrictions: [(name: String, value: JSONValue)] = []
    if lengths.lowerBound > 0 { restrictions.append(("minLength", .integer(lengths.lowerBound))) }
    restrictions.append(("maxLength", .integer(lengths.upperBound)))
    if let pattern { restrictions.append(("pattern", .string(pattern))) }
    return Schema(.text, restrictions)
  }

  static func matching(_ pattern: String) -> Schema { Schema(.text, [("pattern", .string(pattern))]) }

  static func integer(_ range: PartialRangeFrom<Int>) -> Schema {
    Schema(.integer, [("minimum", .integer(range.lowerBound))])
  }

  static func integer(_ range: ClosedRange<Int>) -> Schema {
    Schema(.integer, [("minimum", .integer(range.lowerBound)), ("maximum", .integer(range.upperBound))])
  }

  static func number(_ range: ClosedRange<Double>) -> Schema {
    Schema(.number, [("minimum", .number(range.lowerBound)), ("maximum", .number(range.upperBound))])
  }

  static func words(_ words: [String]) -> Schema {
    Schema(.text, [("enum", .array(words.map(JSONValue.string)))])
  }

  static func words<Word: CaseIterable & RawRepresentable<String>>(_ type: Word.Type) -> Schema {
    words(type.allCases.map(\.rawValue))
  }

  static func named(_ name: String) -> Schema { Schema(.named(name)) }

  static func list(of schema: Schema) -> Schema { Schema(.array(of: schema)) }

  /// `{"items": […], "next_cursor": …}`
  static func page(of schema: Schema) -> Schema {
    .object([.required("items", .list(of: schema)), .required("next_cursor", Schema.text.orNull)])
  }

  /// What callers send: a field that is not listed is refused.
  static func input(_ fields: [Field]) -> Schema { Schema(.object(fields, others: nil)) }

  /// What the server answers: fields may be added one day.
  static func object(_ fields: [Field]) -> Schema { Schema(.object(fields, others: .init(.anything))) }
}

extension Schema.Field {
  static func required(_ name: String, _ schema: Schema) -> Self {
    Self(name: name, schema: schema, isRequired: true)
  }

  static func optional(_ name: String, _ schema: Schema) -> Self {
    Self(name: name, schema: schema, isRequired: false)
  }
}

extension Schema: JSONWritable {
  func write(to json: inout JSONWriter) { json.object { write(to: &$0) } }

  func write(to json: inout JSONObjectWriter) {
    switch form {
    case .anything: break
    case .named(let name):
      let reference = Schema.Reference(name: name)
      if isNullable {
        json.array("anyOf") {
          $0.element(reference); $0.element(Schema.Null())
        }
      } else {
        reference.write(to: &json)
      }
    case .oneOf(let schemas):
      json.array("anyOf") { array in
        for schema in schemas { array.element(schema) }
        if isNullable { array.element(Schema.Null()) }
      }
    default: writeTyped(to: &json)
    }
    for (name, value) in restrictions {
      if name == "enum", isNullable, let options = value.array {
        json.field(name, options + [.null])
      } else {
        json.field(name, value)
      }
    }
    if let note { json.field("description", note) }
  }

  private func writeTyped(to json: inout JSONObjectWriter) {
    if isNullable { json.array("type", [typeName, "null"]) } else { json.field("type", typeName) }
    switch form {
    case .array(let schema): json.field("items", schema)
    case .object(let fields, let others):
      if !fields.isEmpty {
        json.object("properties") { object in for field in fields { object.field(field.name, field.schema) } }
      }
      let required = fields.filter(\.isRequired).map(\.name)
      if !required.isEmpty { json.array("required", required) }
      switch others {
      case nil: json.field("additionalProperties", false)
      case .some(let schema):
        if case .anything = schema.form { break }
        json.field("additionalProperties", schema)
      }
    default: break
    }
  }

  /// JSON Schema's word.
  var typeName: String {
    switch form {
    case .text: "string"
    case .integer: "integer"
    case .number: "number"
    case .boolean: "boolean"
    case .array: "array"
    case .object: "object"
    case .anything, .named, .oneOf: ""
    }
  }

  private struct Reference: JSONWritable {
    let name: String
    func write(to json: inout JSONObjectWriter) { json.field("$ref", "#/components/schemas/\(name)") }
    func write(to json: inout JSONWriter) { json.object { write(to: &$0) } }
  }

  private struct Null: JSONWritable {
    func write(to json: inout JSONWriter) { json.object { $0.field("type", "null") } }
  }
}
