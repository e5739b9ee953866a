import FoundationEssentials
import PostgreSQL

/// Who changed what the township offers, and when: the changes of the audit log.
struct AdministrationEvent: Sendable {
  let at: Date
  let actorName: String?
  let subject: String
  /// Names of the fields that changed.
  let fields: [String]

  /// The statement that writes it, unless nothing changed. Run in the transaction of the change.
  /// - Parameters:
  ///   - before: the row as it was, as `jsonb` text.
  ///   - after: the row as it is now.
  static func insertion(_ subject: String, before: String, after: String, by actor: Actor) -> SQL {
    AuditEvent.change(subject, before: before, after: after, by: actor.person?.id)
  }

  /// The latest changes, newest first.
  static func latest(_ limit: Int) -> SQL {
    """
    SELECT e.at, p.name, e.subject, ARRAY(SELECT jsonb_object_keys(coalesce(e.after, '{}')) ORDER BY 1)
      FROM audit_events e LEFT JOIN people p ON p.tenant_id = e.tenant_id AND p.id = e.actor_id
     WHERE e.kind = \(AuditEvent.Kind.changed.rawValue) ORDER BY e.at DESC, e.id DESC LIMIT \(limit)
    """
  }

  init(_ row: Row) throws {
    at = try row.get(0)
    actorName = try row.get(1)
    subject = try row.get(2)
    fields = try row.get(3)
  }
}
