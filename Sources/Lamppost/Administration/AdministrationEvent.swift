import PostgreSQL

/// A change of what the township offers: a row of the audit log.
enum AdministrationEvent {
  /// The statement that writes it, unless nothing changed. Run in the transaction of the change.
  /// - Parameters:
  ///   - subject: a word, or a word and which one: `settings`, `category pothole`.
  ///   - before: the row as it was, as `jsonb` text.
  ///   - after: the row as it is now.
  static func insertion(_ subject: String, before: String, after: String, by actor: Actor) -> SQL {
    AuditEvent.change(subject, before: before, after: after, by: actor.person?.id)
  }
}
