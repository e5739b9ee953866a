import Civic
import JSON
import PostgreSQL

/// A category as the rules of reporting need it.
struct Category: Sendable {
  let id: Int
  let slug: String
  let defaultPriority: Priority
  let departmentID: Int?
  let isPrivate: Bool
  let attributes: [AttributeDefinition]
  /// Where it is not empty the category takes no reports, and this says where to turn instead.
  let stopMessage: String

  static let columns: SQL =
    """
    c.id, c.slug, c.default_priority,
    (SELECT d.id FROM departments d WHERE d.tenant_id = c.tenant_id AND d.id = c.department_id AND d.active), c.private,
    \(KeptQuestion.asked("c.attributes"))::text, c.stop_message
    """
  static let columnCount = 7

  init(_ row: Row) throws {
    id = try row.get(0)
    slug = try row.get(1)
    defaultPriority = Priority(rawValue: try row.get(2)) ?? .medium
    departmentID = try row.get(3)
    isPrivate = try row.get(4)
    attributes = try AttributeDefinition.parse(try row.get(5))
    stopMessage = try row.get(6)
  }

  /// - Throws: `category_stopped`.
  func requireOpen() throws(Problem) {
    if !stopMessage.isEmpty { throw .field("category", .categoryStopped, stopMessage) }
  }

  /// Judges the answers to the extra questions.
  /// - Throws: the mistakes, each under `attributes.<key>`.
  func check(_ answers: JSONObject) throws(Problem) {
    var errors: [Problem.FieldError] = []
    for definition in attributes {
      do throws(AttributeDefinition.Problem) {
        try definition.check(answers[definition.key].flatMap(AttributeDefinition.Answer.init))
      } catch {
        let code = Problem.Code(rawValue: error.rawValue) ?? .invalidInput
        errors.append(.init(field: "attributes.\(definition.key)", code: code, message: error.message))
      }
    }
    for key in answers.keys where !attributes.contains(where: { $0.key == key }) {
      errors.append(.init(field: "attributes.\(key)", code: .unknownField, message: "is no question of this category"))
    }
    if !errors.isEmpty { throw .fields(errors) }
  }
}

extension AttributeDefinition {
  /// Reads the definitions as they are stored.
  /// - Throws: `JSONError`; entries of an unknown type are an `UnknownWord`.
  static func parse(_ text: String) throws -> [AttributeDefinition] {
    // Most categories ask nothing more.
    if text == "[]" { return [] }
    return try (JSONValue.parse(Array(text.utf8)).array ?? []).map { entry in
      let options = (entry["options"]?.array ?? []).compactMap { $0.string ?? $0["key"]?.string }
      let kind: Kind
      switch entry["type"]?.string {
      case "text": kind = .text(maximumLength: entry["max_length"]?.integer ?? 1000)
      case "number": kind = .number(minimum: entry["min"]?.double, maximum: entry["max"]?.double)
      case "boolean": kind = .boolean
      case "choice": kind = .choice(options)
      case "choices": kind = .choices(options)
      default: throw UnknownWord(column: "categories.attributes")
      }
      return AttributeDefinition(
        key: entry["key"]?.string ?? "", label: entry["label"]?.string ?? "", kind: kind,
        isRequired: entry["required"]?.bool ?? false)
    }
  }
}

extension AttributeDefinition.Answer {
  /// nil for null, which leaves a question out.
  init?(_ value: JSONValue) {
    if value.isNull { return nil }
    if let text = value.string {
      self = .text(text)
    } else if let flag = value.bool {
      self = .boolean(flag)
    } else if let number = value.double {
      self = .number(number)
    } else if let list = value.array, case let texts = list.compactMap(\.string), texts.count == list.count {
      self = .list(texts)
    } else {
      self = .other
    }
  }
}

extension AttributeDefinition.Problem {
  var message: String {
    switch self {
    case .required: "is required"
    case .wrongType: "has the wrong type"
    case .tooLong: "is too long"
    case .outOfRange: "is out of its range"
    case .unknownOption: "is not among the options"
    }
  }
}
