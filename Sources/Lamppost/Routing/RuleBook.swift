import Civic
import PostgreSQL
import Synchronization

/// The rules that reports are judged by, kept by each process as long as their number in the database stays the same: a
/// report pays no round trip for them, and none is judged by rules that were changed before it came.
final class RuleBook: Sendable {
  private struct Entry {
    let version: Int
    let rules: [RoutingRule]
  }

  private let entries = Mutex<[Int: Entry]>([:])

  /// - Parameter version: the township's `routing_version`, read in this transaction.
  func rules(of tenantID: Int, version: Int, in transaction: Transaction) async throws -> [RoutingRule] {
    if version == 0 { return [] }
    if let entry = entries.withLock({ $0[tenantID] }), entry.version == version { return entry.rules }
    // What is read now is of this version or of a later one, whose number the next report brings along.
    let rules = try await transaction.query(KeptRule.all).map(KeptRule.init).filter(\.isActive).map { $0.rule() }
    entries.withLock { $0[tenantID] = Entry(version: version, rules: rules) }
    return rules
  }
}
