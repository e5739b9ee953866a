import HTML
import JSON

/// A schema as a person reads it.
struct SchemaWords {
  private let schema: Schema

  init(_ schema: Schema) { self.schema = schema }

  var html: HTML {
    let null: HTML = schema.isNullable ? " or null" : ""
    let limits = schema.restrictions.filter { $0.name != "enum" }
    let restrictions = limits.map { "; \($0.name) <code>\($0.value.words)</code>" as HTML }
    let note = schema.note.map { ". \($0)" as HTML }
    return "\(form)\(null)\(restrictions)\(note)"
  }

  private var form: HTML {
    switch schema.form {
    case .anything: return "anything"
    case .named(let name): return "<a href=\"#\(APIPage.anchor(form: name))\">\(name)</a>"
    case .oneOf(let schemas): return schemas.map { SchemaWords($0).html }.joined(separator: " or ")
    case .array(let element): return "list of \(SchemaWords(element).html)"
    case .object(let fields, let others): return fields.isEmpty ? Self.map(others) : Self.object(fields)
    case .text, .integer, .number, .boolean:
      guard let options = schema.restrictions.first(where: { $0.name == "enum" })?.value.array else {
        return HTML(text: schema.typeName)
      }
      return options.map { "<code>\($0.words)</code>" as HTML }.joined(separator: ", ")
    }
  }

  private static func map(_ others: Schema?) -> HTML {
    guard let others else { return "an empty object" }
    return "object of \(SchemaWords(others).html)"
  }

  private static func object(_ fields: [Schema.Field]) -> HTML {
    let items = fields.map { field in
      """
      <dt><code>\(field.name)</code>\(field.isRequired ? "" : " (may be missing)")</dt>
      <dd>\(SchemaWords(field.schema).html)</dd>

      """ as HTML
    }
    return "<dl>\(items)</dl>"
  }
}

extension JSONValue {
  fileprivate var words: String {
    switch self {
    case .string(let text): text
    case .integer(let number): String(number)
    case .number(let number): number == number.rounded() ? String(Int(number)) : String(number)
    default: ""
    }
  }
}
