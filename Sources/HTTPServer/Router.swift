/// A route as a line of a list: for tests about all routes and the API's description.
public struct RouteDescription<Access: Sendable>: Sendable {
  public let method: Method
  public let template: String
  public let access: Access
}

/// Finds the handler of a path. Literal segments win over parameters.
/// - Access: who may call a route, declared with it.
/// - Context: what the application hands to each handler.
public struct Router<Access: Sendable, Context: Sendable>: Sendable {
  public typealias Handler = @Sendable (Request, Context) async throws -> Response

  /// A route that matched, its parameters parsed.
  public struct Route: Sendable {
    public let access: Access
    /// The path as registered: a bounded set of names for metrics.
    public let template: String
    private let handler: Handler

    init(access: Access, template: String, handler: @escaping Handler) {
      self.access = access
      self.template = template
      self.handler = handler
    }

    public func handle(_ request: Request, _ context: Context) async throws -> Response {
      try await handler(request, context)
    }
  }

  public enum Match: Sendable {
    case found(Route)
    /// The path is known for these methods.
    case methodNotAllowed([Method])
    /// No such path, or a parameter in it does not parse.
    case notFound
  }

  private struct Entry: Sendable {
    let access: Access
    let template: String
    let bind: @Sendable ([String]) -> Handler?
  }

  private struct Node: Sendable {
    var literals: [String: Int] = [:]
    var parameters: [(suffix: String, node: Int)] = []
    var entries: [Method: Entry] = [:]
  }

  private var nodes = [Node()]
  public private(set) var routes: [RouteDescription<Access>] = []

  public init() {}

  /// Registers a route. GET answers HEAD too, unless HEAD is registered itself.
  public mutating func on<each Parameter: PathParameter>(
    _ method: Method, _ path: Path<repeat each Parameter>, access: Access,
    handler: @escaping @Sendable (Request, Context, repeat each Parameter) async throws -> Response
  ) {
    let node = path.segments.reduce(0) { child(of: $0, by: $1) }
    precondition(nodes[node].entries[method] == nil, "\(method.rawValue) \(path.template) is registered twice")
    nodes[node].entries[method] = Entry(access: access, template: path.template) { components in
      guard let parameters = path.parse(components) else { return nil }
      return { request, context in try await handler(request, context, repeat each parameters) }
    }
    routes.append(RouteDescription(method: method, template: path.template, access: access))
  }

  private mutating func child(of node: Int, by segment: PathSegment) -> Int {
    switch segment {
    case .literal(let text):
      if let known = nodes[node].literals[text] { return known }
      nodes[node].literals[text] = nodes.count
    case .parameter(let suffix):
      if let known = nodes[node].parameters.first(where: { $0.suffix == suffix }) { return known.node }
      nodes[node].parameters.append((suffix, nodes.count))
      // The longest suffix is tried first: {y}.mvt before {y}.
      nodes[node].parameters.sort { $0.suffix.utf8.count > $1.suffix.utf8.count }
    }
    nodes.append(Node())
    return nodes.count - 1
  }

  /// - Parameter path: decoded, as `Request.path` gives it.
  public func match(_ method: Method, _ path: String) -> Match {
    guard path.utf8.first == UInt8(ascii: "/") else { return .notFound }
    let segments = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    var allowed: Set<Method> = []
    if let route = find(method, segments[...], from: 0, components: [], &allowed) { return .found(route) }
    if allowed.contains(.get) { allowed.insert(.head) }
    return allowed.isEmpty ? .notFound : .methodNotAllowed(allowed.sorted { $0.rawValue < $1.rawValue })
  }

  private func find(
    _ method: Method, _ segments: ArraySlice<String>, from node: Int, components: [String], _ allowed: inout Set<Method>
  ) -> Route? {
    let node = nodes[node]
    guard let segment = segments.first else { return route(method, of: node, components, &allowed) }
    if let next = node.literals[segment],
      let route = find(method, segments.dropFirst(), from: next, components: components, &allowed)
    {
      return route
    }
    for (suffix, next) in node.parameters where segment.hasSuffix(suffix) && segment != suffix {
      let components = components + [String(segment.dropLast(suffix.count))]
      if let route = find(method, segments.dropFirst(), from: next, components: components, &allowed) { return route }
    }
    return nil
  }

  private func route(_ method: Method, of node: Node, _ components: [String], _ allowed: inout Set<Method>) -> Route? {
    if let entry = node.entries[method] ?? (method == .head ? node.entries[.get] : nil) {
      return entry.bind(components).map { Route(access: entry.access, template: entry.template, handler: $0) }
    }
    for (method, entry) in node.entries where entry.bind(components) != nil { allowed.insert(method) }
    return nil
  }
}
