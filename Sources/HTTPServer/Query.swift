/// The pairs after `?`, decoded, in the order they came.
public struct Query: Sendable, Equatable, Sequence {
  /// The text is no query: a malformed escape, bytes that are not UTF-8, or a NUL.
  public struct Malformed: Error, CustomStringConvertible {
    public let description = "the query or form is not well formed"
  }

  private var pairs: [(name: String, value: String)] = []

  public init() {}

  /// Parses `a=1&b=2`; `+` is a space, a name without `=` has an empty value, empty pieces are skipped.
  /// - Throws: `Malformed`.
  public init(parsing text: some Collection<UInt8>) throws(Malformed) {
    for piece in text.split(separator: UInt8(ascii: "&")) {
      let equals = piece.firstIndex(of: UInt8(ascii: "=")) ?? piece.endIndex
      guard let name = PercentEncoding.decode(piece[..<equals], plusIsSpace: true),
        let value = PercentEncoding.decode(piece[equals...].dropFirst(), plusIsSpace: true)
      else { throw Malformed() }
      pairs.append((name, value))
    }
  }

  public init(_ pairs: [(name: String, value: String)]) { self.pairs = pairs }

  /// As it stands in an address, without the question mark.
  public var encoded: String {
    pairs.map { PercentEncoding.encode($0.name) + "=" + PercentEncoding.encode($0.value) }.joined(separator: "&")
  }

  /// The first value of `name`.
  public subscript(_ name: String) -> String? { pairs.first { $0.name == name }?.value }

  /// Every value of `name`, in the order they came.
  public func values(_ name: String) -> [String] { pairs.filter { $0.name == name }.map(\.value) }

  /// Every name, in the order they came; a name sent twice stands here twice.
  public var names: [String] { pairs.map(\.name) }

  public var isEmpty: Bool { pairs.isEmpty }

  public var count: Int { pairs.count }

  public func makeIterator() -> some IteratorProtocol<(name: String, value: String)> { pairs.makeIterator() }

  public static func == (left: Query, right: Query) -> Bool { left.pairs.elementsEqual(right.pairs, by: ==) }
}

/// A body of `application/x-www-form-urlencoded`: the same syntax as a query, the same strictness.
public typealias URLEncodedForm = Query

extension Request {
  /// Reads the body as `application/x-www-form-urlencoded`.
  /// - Parameter limit: bytes, beyond which `BodyError.tooLarge` is thrown.
  /// - Throws: `UnsupportedContentType`, `Query.Malformed`, `BodyError`.
  public func urlEncodedForm(upTo limit: Int = 64 << 10) async throws -> URLEncodedForm {
    guard ContentType(headers["Content-Type"] ?? "")?.essence == "application/x-www-form-urlencoded" else {
      throw UnsupportedContentType()
    }
    return try URLEncodedForm(parsing: try await body.collect(upTo: limit))
  }
}
