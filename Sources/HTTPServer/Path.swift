/// A value that can stand in a path. The text must be one segment: a path with `%2F` in it is refused.
public protocol PathParameter: Sendable {
  /// Nil when the text is no such value: the route does not match then.
  init?(pathComponent: String)
  var pathComponent: String { get }
}

extension String: PathParameter {
  public init?(pathComponent: String) { self = pathComponent }
  public var pathComponent: String { self }
}

extension Int: PathParameter {
  /// Decimal digits only, so that each number has one URL.
  public init?(pathComponent: String) {
    guard let value = Int(pathComponent), value.description == pathComponent else { return nil }
    self = value
  }
  public var pathComponent: String { description }
}

/// The one place that knows a URL: what registers a route prints its link.
///
///     static let comments = Path("/api/v1/requests/{reference}/comments", Reference.self)
///     router.on(.get, comments, access: .anyone) { request, context, reference in … }
///     comments(reference)   // "/api/v1/requests/7Q4K-2M9P/comments"
///
/// A segment is a literal, or `{name}` for the next parameter, which may be followed by literal text: `{y}.mvt`.
public struct Path<each Parameter: PathParameter>: Sendable {
  /// As written, for metrics and the API's description.
  public let template: String
  let segments: [PathSegment]

  /// - Parameters:
  ///   - template: begins with `/`.
  ///   - types: one for each `{name}`, in order. Anything else stops the process when the path is made.
  public init(_ template: String, _ types: repeat (each Parameter).Type) {
    precondition(template.hasPrefix("/"), "a path begins with a slash")
    var count = 0
    for _ in repeat each types { count += 1 }
    segments = template.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map { segment in
      guard segment.hasPrefix("{"), let end = segment.firstIndex(of: "}") else { return .literal(String(segment)) }
      count -= 1
      return .parameter(suffix: String(segment[segment.index(after: end)...]))
    }
    precondition(count == 0, "the path \(template) has another number of parameters than types")
    self.template = template
  }

  /// The link, percent-encoded.
  public func callAsFunction(_ parameters: repeat each Parameter) -> String {
    var values: [String] = []
    for parameter in repeat each parameters { values.append(parameter.pathComponent) }
    var remaining = values[...]
    return segments.reduce(into: "") { link, segment in
      switch segment {
      case .literal(let text): link += "/" + text
      case .parameter(let suffix): link += "/" + PercentEncoding.encode(remaining.removeFirst()) + suffix
      }
    }
  }

  /// The typed values of `components`, or nil when one does not parse.
  func parse(_ components: [String]) -> (repeat each Parameter)? {
    var remaining = components[...]
    var isParsed = true
    func next<Value: PathParameter>(_ type: Value.Type) -> Value? {
      let value = Value(pathComponent: remaining.removeFirst())
      if value == nil { isParsed = false }
      return value
    }
    let values = (repeat next((each Parameter).self))
    return isParsed ? (repeat (each values)!) : nil
  }
}

enum PathSegment: Sendable, Hashable {
  case literal(String)
  case parameter(suffix: String)
}
