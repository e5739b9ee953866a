/// Header fields in the order they came, names compared without regard to case.
public struct Headers: Sendable, Equatable, ExpressibleByDictionaryLiteral, Sequence {
  private var fields: [(name: String, value: String)] = []

  public init() {}

  public init(dictionaryLiteral elements: (String, String)...) {
    fields = elements.map { (name: $0.0, value: $0.1) }
  }

  /// The first value of `name`. Setting replaces every value; setting nil removes them.
  public subscript(_ name: String) -> String? {
    get { fields.first { isSame($0.name, name) }?.value }
    set {
      fields.removeAll { isSame($0.name, name) }
      if let newValue { fields.append((name, newValue)) }
    }
  }

  /// Every value of `name`, in the order they came.
  public func values(_ name: String) -> [String] {
    fields.filter { isSame($0.name, name) }.map(\.value)
  }

  /// Replaces every value of `name` by one.
  public mutating func set(_ name: String, _ value: String) { self[name] = value }

  /// Adds a value beside those that are there.
  public mutating func add(_ name: String, _ value: String) { fields.append((name, value)) }

  public func makeIterator() -> some IteratorProtocol<(name: String, value: String)> { fields.makeIterator() }

  public static func == (left: Headers, right: Headers) -> Bool {
    left.fields.elementsEqual(right.fields) { isSame($0.name, $1.name) && $0.value == $1.value }
  }
}

/// Whether two strings are equal but for the case of ASCII letters.
func isSame(_ left: String, _ right: String) -> Bool {
  var (left, right) = (left, right)
  return left.withUTF8 { left in
    right.withUTF8 { right in
      left.count == right.count && zip(left, right).allSatisfy { lowercased($0) == lowercased($1) }
    }
  }
}

private func lowercased(_ byte: UInt8) -> UInt8 { byte &- 65 < 26 ? byte | 32 : byte }

extension StringProtocol {
  /// Without spaces and tabs on either side.
  var trimmingSpaces: SubSequence {
    let start = drop { $0 == " " || $0 == "\t" }
    let last = start.lastIndex { $0 != " " && $0 != "\t" }
    return start[..<(last.map { start.index(after: $0) } ?? start.startIndex)]
  }
}
