import Civic
import HTTPServer
import JSON

/// The townships of the installation, by API. For operators alone.
enum TownshipRoutes {
  static func list(_ request: Request, _ context: Context) async throws -> Response {
    let word = request.query["q"]?.trimmed
    if let word, word.unicodeScalars.count > 200 {
      throw Problem.parameter("q", "must not be longer than 200 characters")
    }
    let limit = try request.query.limit()
    let cursors = context.application.cursors
    let name = "\(context.actor.tenant.id)\ntownships\n\(word ?? "")"
    let last = try request.query["cursor"].map { cursor throws(Problem) in
      guard let slug = try cursors.open(cursor, list: name).first?.string else { throw Problem(.invalidCursor) }
      return slug
    }
    let found = try await context.application.operateTownships.list(
      matching: word.flatMap { $0.isEmpty ? nil : $0 }, after: last, limit: limit + 1, as: context.actor)
    let shown = Array(found.prefix(limit))
    let next = found.count > limit ? shown.last.map { cursors.seal([.string($0.slug)], list: name) } : nil
    return .list(shown, nextCursor: next) { $1.write(to: &$0) }
  }

  static func read(_ request: Request, _ context: Context, _ slug: String) async throws -> Response {
    let township = try await context.application.operateTownships.find(slug, as: context.actor)
    return .json(.ok) { township.write(to: &$0) }
  }

  static func create(_ request: Request, _ context: Context) async throws -> Response {
    var input = try await request.input()
    let new = NewTownship(&input)
    try input.finish()
    let (township, asked) = try await context.application.operateTownships.create(
      new, comingBy: try request.hostName(), as: context.actor)
    return .json(.created) { json in
      township.write(to: &json)
      guard let asked else { return json.field("invitation", String?.none) }
      json.object("invitation") { asked.write(to: &$0, township.origin(request)) }
    }
  }

  static func inviteAdministrator(_ request: Request, _ context: Context, _ slug: String) async throws -> Response {
    var input = try await request.input()
    let administrator = NewAdministrator(&input)
    try input.finish()
    let (township, asked) = try await context.application.operateTownships.inviteAdministrator(
      administrator, of: slug, as: context.actor)
    return .json(.created) { asked.write(to: &$0, township.origin(request)) }
  }

  static func change(_ request: Request, _ context: Context, _ slug: String) async throws -> Response {
    var input = try await request.input()
    let change = TownshipInput(&input, isNew: false)
    try input.finish()
    let township = try await context.application.operateTownships.change(
      slug, change, comingBy: try request.hostName(), as: context.actor)
    return .json(.ok) { township.write(to: &$0) }
  }
}

extension Request {
  /// The host by which this call came.
  /// - Throws: `malformed_request` for one that no township could have.
  func hostName() throws(Problem) -> HostName {
    guard let name = HostName(host) else { throw Problem(.malformedRequest, "The Host is no name.") }
    return name
  }
}
