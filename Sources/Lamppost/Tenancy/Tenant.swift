import PostgreSQL
import Synchronization

/// A township, as far as every call needs it.
struct Tenant: Sendable, Equatable {
  let id: Int
  let slug: String
  let name: String
  /// Dictionary of full-text search, e.g. `english`.
  let searchLanguage: String
  let publishesAtOnce: Bool
}

/// Finds the township by host name and remembers it for a few seconds, so that no call pays a round trip for it.
final class TenantDirectory: Sendable {
  private struct Entry {
    let tenant: Tenant?
    let readAt: ContinuousClock.Instant
  }

  private let database: Database
  private let entries = Mutex<[String: Entry]>([:])
  private static let lifetime = Duration.seconds(5)
  /// Host names are the caller's to choose: the memory is emptied rather than let grow.
  private static let limit = 10_000

  init(database: Database) { self.database = database }

  /// - Throws: `not_found` when no township answers to the name.
  func tenant(host: String) async throws -> Tenant {
    // A full stop at the end names the same host.
    let host = host.hasSuffix(".") ? String(host.dropLast()) : host
    if let entry = entries.withLock({ $0[host] }), entry.readAt.duration(to: .now) < Self.lifetime {
      guard let tenant = entry.tenant else { throw Self.unknown }
      return tenant
    }
    let tenant = try await read(host: host)
    entries.withLock { entries in
      if entries.count >= Self.limit { entries.removeAll() }
      entries[host] = Entry(tenant: tenant, readAt: .now)
    }
    guard let tenant else { throw Self.unknown }
    return tenant
  }

  private static var unknown: Problem { Problem(.notFound, "No township answers at this address.") }

  private func read(host: String) async throws -> Tenant? {
    guard let id = try await database.read("SELECT tenant_by_host(\(host))").first?.get(0, as: Int?.self) else {
      return nil
    }
    let rows = try await database.tenant(id).read(
      "SELECT slug, name, search_language::text, publishes_at_once FROM tenants WHERE id = \(id)")
    return try rows.first.map { row in
      Tenant(
        id: id, slug: try row.get(0), name: try row.get(1), searchLanguage: try row.get(2),
        publishesAtOnce: try row.get(3))
    }
  }
}

extension Database {
  /// The database as one township may see it: row-level security shows nothing else.
  func tenant(_ id: Int) -> Database { setting("app.tenant", to: String(id)) }
}
