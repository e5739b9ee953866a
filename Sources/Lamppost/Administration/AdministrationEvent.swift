import FoundationEssentials
import PostgreSQL

/// Who changed what the township offers, and when. Written in the transaction of the change.
struct AdministrationEvent: Sendable {
  let at: Date
  let actorName: String
  let subject: String
  /// Names of the fields that changed.
  let fields: [String]

  /// The statement that writes it, unless nothing changed.
  /// - Parameters:
  ///   - before: the row as it was, as `jsonb` text.
  ///   - after: the row as it is now.
  static func insertion(_ subject: String, before: String, after: String, by actor: Actor) -> SQL {
    """
    INSERT INTO administration_events (tenant_id, actor_id, subject, before, after)
    SELECT current_tenant(), \(actor.person?.id), \(subject), jsonb_object_agg(o.key, o.value),
           jsonb_object_agg(n.key, n.value)
      FROM jsonb_each(\(before)::jsonb) o JOIN jsonb_each(\(after)::jsonb) n ON n.key = o.key AND n.value <> o.value
    HAVING count(*) > 0
    """
  }

  /// The latest changes, newest first.
  static func latest(_ limit: Int) -> SQL {
    """
    SELECT e.at, p.name, e.subject, ARRAY(SELECT jsonb_object_keys(e.after) ORDER BY 1)
      FROM administration_events e JOIN people p ON p.tenant_id = e.tenant_id AND p.id = e.actor_id
     ORDER BY e.id DESC LIMIT \(limit)
    """
  }

  init(_ row: Row) throws {
    at = try row.get(0)
    actorName = try row.get(1)
    subject = try row.get(2)
    fields = try row.get(3)
  }
}
