/// A statement's text with its values kept apart: what is interpolated becomes a bind (`$1`), never text.
///
///     let open: SQL = "status = \(status)"
///     let rows = try await database.read("SELECT id FROM requests WHERE \(open) AND place = \(place)")
///
/// A `String` cannot become SQL by accident: only a literal can, or the loud `SQL(unsafeSQL:)`.
public struct SQL: ExpressibleByStringInterpolation, Sendable {
  /// Text before, between and behind the binds: always one more than `binds`.
  var segments: [String]
  var binds: [Bind]

  public init(stringLiteral value: String) {
    segments = [value]
    binds = []
  }

  public init(stringInterpolation: StringInterpolation) { self = stringInterpolation.sql }

  /// Text that is trusted as it stands: never anything a person or another system sent.
  public init(unsafeSQL text: String) { self.init(stringLiteral: text) }

  /// Whether there is neither text nor a bind.
  public var isEmpty: Bool { binds.isEmpty && segments[0].isEmpty }

  /// The text as the server gets it, with `$1` and so on for the values.
  public var text: String {
    var text = ""
    text.reserveCapacity(segments.reduce(0) { $0 + $1.utf8.count + 3 })
    text += segments[0]
    for index in binds.indices {
      text += "$"
      text += String(index + 1)
      text += segments[index + 1]
    }
    return text
  }

  public static func += (left: inout SQL, right: SQL) {
    left.segments[left.segments.count - 1] += right.segments[0]
    left.segments.append(contentsOf: right.segments.dropFirst())
    left.binds.append(contentsOf: right.binds)
  }

  public static func + (left: SQL, right: SQL) -> SQL {
    var sum = left
    sum += right
    return sum
  }

  public struct StringInterpolation: StringInterpolationProtocol {
    var sql = SQL(stringLiteral: "")

    public init(literalCapacity: Int, interpolationCount: Int) {
      sql.segments.reserveCapacity(interpolationCount + 1)
      sql.binds.reserveCapacity(interpolationCount)
    }

    public mutating func appendLiteral(_ literal: String) {
      let last = sql.segments.count - 1
      // A literal alone in its segment is kept as it is, without a copy.
      if sql.segments[last].isEmpty { sql.segments[last] = literal } else { sql.segments[last] += literal }
    }

    /// A value: one bind.
    public mutating func appendInterpolation<Value: Bindable>(_ value: Value) {
      sql.binds.append(value.bind)
      sql.segments.append("")
    }

    /// Of its own, so that the compiler knows an optional is meant: nil is NULL.
    public mutating func appendInterpolation<Value: Bindable>(_ value: Value?) {
      sql.binds.append(value.bind)
      sql.segments.append("")
    }

    /// A piece of SQL: spliced in, its binds numbered anew.
    public mutating func appendInterpolation(_ piece: SQL) { sql += piece }

    /// A name of a table, column or the like: quoted as an identifier.
    public mutating func appendInterpolation(identifier: String) {
      appendLiteral("\"")
      appendLiteral(identifier.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\""))
      appendLiteral("\"")
    }
  }
}

extension Sequence<SQL> {
  /// The pieces with `separator` between them.
  public func joined(separator: SQL) -> SQL {
    var result: SQL = ""
    var first = true
    for piece in self {
      if !first { result += separator }
      result += piece
      first = false
    }
    return result
  }
}
