import JSON
import PostgreSQL

/// An extra question of a category as whoever keeps it sees it.
struct KeptQuestion: Sendable, Equatable {
  enum Kind: String, CaseIterable, Sendable { case text, number, boolean, choice, choices }

  struct Option: Sendable, Equatable {
    /// What is kept with a request.
    let key: String
    /// What is shown; nil where it is the key.
    let label: String?
  }

  /// What answers are kept by: it stays when the label changes.
  var key: String
  var label: String
  var kind: Kind
  var isRequired: Bool
  /// For `choice` and `choices`.
  var options: [Option]
  /// For `number`.
  var minimum: Double?
  var maximum: Double?
  /// For `text`: characters.
  var maximumLength: Int?
  /// Asked no more, and kept since requests answered it.
  var isRetired: Bool

  /// Of a category, with those that are asked no more.
  static let limit = 50
  static let longestLabel = 200
  static let longestKey = 50
  static let optionLimit = 50
  static let longestOption = 100
  static let longestAnswer = 2000
  /// Of `min` and `max`.
  static let numbers = -1e9...1e9

  /// Those of `column` that are still asked.
  static func asked(_ column: SQL) -> SQL {
    "jsonb_path_query_array(\(column), '$[*] ? (!(@.retired == true))')"
  }

  func write(to json: inout JSONObjectWriter) {
    json.field("key", key)
    json.field("label", label)
    json.field("type", kind.rawValue)
    json.field("required", isRequired)
    switch kind {
    case .choice, .choices:
      json.array("options") { array in
        for option in options {
          if let label = option.label {
            array.object {
              $0.field("key", option.key); $0.field("label", label)
            }
          } else {
            array.element(option.key)
          }
        }
      }
    case .number:
      if let minimum { json.field("min", JSONValue(plain: minimum)) }
      if let maximum { json.field("max", JSONValue(plain: maximum)) }
    case .text: if let maximumLength { json.field("max_length", maximumLength) }
    case .boolean: break
    }
    if isRetired { json.field("retired", true) }
  }
}

extension JSONValue {
  /// A whole number without a point.
  init(plain number: Double) {
    self = Int(exactly: number).map { .integer($0) } ?? .number(number)
  }
}

extension KeptQuestion {
  /// Reads what somebody sends. Members that the type has no use for are unknown.
  init(_ input: inout ObjectInput) {
    label = input.requiredText("label", maximum: Self.longestLabel)
    kind = input.requiredOption("type", Kind.allCases, name: \.rawValue)
    isRequired = input.bool("required") ?? false
    isRetired = input.bool("retired") ?? false
    key = input.text("key", maximum: Self.longestKey) ?? Slug.of(label, limit: Self.longestKey)
    if !key.utf8.allSatisfy(Self.mayStandInKey) {
      input.refuse("key", .invalidFormat, "must be of letters, digits, - and _ alone")
    }
    (options, minimum, maximum, maximumLength) = ([], nil, nil, nil)
    switch kind {
    case .choice, .choices: options = Self.options(&input)
    case .number: (minimum, maximum) = Self.range(&input)
    case .text:
      maximumLength = input.integer("max_length")
      if let maximumLength, !(1...Self.longestAnswer).contains(maximumLength) {
        input.refuse("max_length", .outOfRange, "must be from 1 to \(Self.longestAnswer)")
      }
    case .boolean: break
    }
  }

  private static func mayStandInKey(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
      true
    default: false
    }
  }

  private static func range(_ input: inout ObjectInput) -> (Double?, Double?) {
    let range = (input.number("min"), input.number("max"))
    for (name, number) in [("min", range.0), ("max", range.1)] {
      if let number, !numbers.contains(number) {
        input.refuse(name, .outOfRange, "must be from -1,000,000,000 to 1,000,000,000")
      }
    }
    if let least = range.0, let most = range.1, least > most {
      input.refuse("max", .outOfRange, "must not be less than min")
    }
    return range
  }

  private static func options(_ input: inout ObjectInput) -> [Option] {
    guard let value = input.value("options") else {
      input.refuse("options", .required, "is required")
      return []
    }
    guard let list = value.array, case let options = list.compactMap(Option.init), options.count == list.count else {
      input.refuse("options", .wrongType, "must be a list of texts, or of objects with key and label")
      return []
    }
    if options.isEmpty { input.refuse("options", .required, "must not be empty") }
    if options.count > optionLimit { input.refuse("options", .tooMany, "must not be more than \(optionLimit)") }
    let texts = options.flatMap { [$0.key, $0.label ?? $0.key] }
    if texts.contains(where: \.isEmpty) { input.refuse("options", .required, "none may be empty") }
    if texts.contains(where: { $0.unicodeScalars.count > longestOption }) {
      input.refuse("options", .tooLong, "none may be longer than \(longestOption) characters")
    }
    if texts.contains(where: { $0.utf8.contains(0) }) {
      input.refuse("options", .invalidText, "must not contain the NUL character")
    }
    if Set(options.map(\.key)).count != options.count {
      input.refuse("options", .invalidFormat, "each must be there once")
    }
    return options
  }

  /// Reads the questions of a category, each key once.
  static func list(_ input: inout ObjectInput) -> [KeptQuestion]? {
    let questions = input.objects("attributes", limit: limit) { KeptQuestion(&$0) }
    var keys: Set<String> = []
    for (index, question) in (questions ?? []).enumerated() where !keys.insert(question.key).inserted {
      input.refuse("attributes.\(index).key", .nameTaken, "stands twice")
    }
    return questions
  }

  /// Reads the column. What it holds may be older than what is asked of questions now.
  /// - Throws: `JSONError`.
  static func stored(_ text: String) throws -> [KeptQuestion] {
    try (JSONValue.parse(Array(text.utf8)).array ?? []).map { entry in
      KeptQuestion(
        key: entry["key"]?.string ?? "", label: entry["label"]?.string ?? "",
        kind: entry["type"]?.string.flatMap(Kind.init) ?? .text, isRequired: entry["required"]?.bool ?? false,
        options: (entry["options"]?.array ?? []).compactMap(Option.init), minimum: entry["min"]?.double,
        maximum: entry["max"]?.double, maximumLength: entry["max_length"]?.integer,
        isRetired: entry["retired"]?.bool ?? false)
    }
  }

  /// As the column holds them.
  static func column(_ questions: [KeptQuestion]) -> String {
    var json = JSONWriter()
    json.array { array in for question in questions { array.object { question.write(to: &$0) } } }
    return String(decoding: json.bytes, as: UTF8.self)
  }
}

extension KeptQuestion.Option {
  /// A text, or an object of key and label; nil for anything else.
  init?(_ value: JSONValue) {
    if let key = value.string {
      self.init(key: key.trimmed, label: nil)
    } else if let key = value["key"]?.string {
      let label = value["label"]?.string?.trimmed
      self.init(key: key.trimmed, label: label == key.trimmed ? nil : label)
    } else {
      return nil
    }
  }
}
