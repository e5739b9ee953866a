import PostgreSQL
import Synchronization

/// What the start page tells of a township in numbers; counted once a minute however many look.
final class PublicFigures: Sendable {
  struct Figures: Sendable, Equatable {
    let open: Int
    /// Completed in the last 30 days.
    let mended: Int
  }

  private let database: Database
  private let kept = Mutex<[Int: (figures: Figures, readAt: ContinuousClock.Instant)]>([:])
  private static let lifetime = Duration.seconds(60)

  init(database: Database) { self.database = database }

  func callAsFunction(tenant: Tenant) async throws -> Figures {
    if let entry = kept.withLock({ $0[tenant.id] }), entry.readAt.duration(to: .now) < Self.lifetime {
      return entry.figures
    }
    let rows = try await database.tenant(tenant.id).read(Self.query)
    let figures =
      try rows.first.map { Figures(open: try $0.get(0), mended: try $0.get(1)) } ?? Figures(open: 0, mended: 0)
    kept.withLock { $0[tenant.id] = (figures, .now) }
    return figures
  }

  /// Each from an index of its own: what is open, and what was closed of late.
  static let query: SQL = """
    SELECT (SELECT count(*) FROM requests r
             WHERE r.closed_at IS NULL AND r.visibility <> 'removed' AND r.visibility = 'public'),
           (SELECT count(*) FROM requests r
             WHERE r.closed_at > now() - interval '30 days' AND r.visibility <> 'removed' AND r.visibility = 'public'
               AND r.status IN ('completed', 'closed'))
    """
}
