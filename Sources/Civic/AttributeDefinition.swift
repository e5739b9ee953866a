/// One extra question of a category, e.g. "Which side of the street?".
public struct AttributeDefinition: Equatable, Sendable {
  public enum Kind: Equatable, Sendable {
    /// Free text up to a number of characters.
    case text(maximumLength: Int)
    case number(minimum: Double?, maximum: Double?)
    case boolean
    /// One of the options, by its key.
    case choice([String])
    /// Any of the options, each at most once.
    case choices([String])
  }

  /// An answer as it came in, before it is judged.
  public enum Answer: Equatable, Sendable {
    case text(String), number(Double), boolean(Bool), list([String]), other
  }

  /// What is wrong with an answer; raw values are the API's codes.
  public enum Problem: String, Error, Sendable {
    case required
    case wrongType = "wrong_type"
    case tooLong = "too_long"
    case outOfRange = "out_of_range"
    case unknownOption = "unknown_option"
  }

  public let key: String
  public let label: String
  public let kind: Kind
  public let isRequired: Bool

  public init(key: String, label: String, kind: Kind, isRequired: Bool) {
    self.key = key
    self.label = label
    self.kind = kind
    self.isRequired = isRequired
  }

  /// Judges an answer; nil means that the question was left out.
  public func check(_ answer: Answer?) throws(Problem) {
    guard let answer else {
      if isRequired { throw .required }
      return
    }
    switch (kind, answer) {
    case (.text(let maximum), .text(let text)):
      if isRequired && text.allSatisfy(\.isWhitespace) { throw .required }
      if text.unicodeScalars.count > maximum { throw .tooLong }
    case (.number(let minimum, let maximum), .number(let number)):
      guard number >= minimum ?? -.infinity, number <= maximum ?? .infinity else { throw .outOfRange }
    case (.boolean, .boolean): return
    case (.choice(let options), .text(let option)):
      if !options.contains(option) { throw .unknownOption }
    case (.choices(let options), .list(let chosen)):
      if isRequired && chosen.isEmpty { throw .required }
      if Set(chosen).count != chosen.count || !Set(chosen).isSubset(of: options) { throw .unknownOption }
    default: throw .wrongType
    }
  }
}
