import PostgreSQL

/// One row of the township's audit log: what happened beside the history of its requests. Written in the transaction of
/// what it tells; the database signs it, a job seals it (docs/decisions/0017).
///
/// It holds no password, no network address, and nobody's name or email address but in the values of a change, from
/// where `erase_audit_of` takes them.
struct AuditEvent: Sendable {
  enum Kind: String, CaseIterable, Sendable {
    case signedIn = "signed_in"
    case signInFailed = "sign_in_failed"
    case signedOut = "signed_out"
    /// Somebody ended a session of theirs from another browser.
    case sessionEnded = "session_ended"
    /// A refresh token and all that came of the same sign-in.
    case tokensRevoked = "tokens_revoked"
    case passwordChanged = "password_changed"
    case accountDeleted = "account_deleted"
    case exported
    /// Somebody asked for their data, and staff looked for it or deleted it; handing it over is `exported`.
    case dataRequest = "data_request"
    /// What was blackened and kept, words or a photo, was looked at.
    case sealedRead = "sealed_read"
    /// Settings, categories, people: whatever the township keeps.
    case changed
    case invited
    case deactivated
    case reactivated
    case tenantCreated = "tenant_created"
    case tenantChanged = "tenant_changed"
    /// Contents of history rows were taken away for privacy. Only the database writes it.
    case erased
    /// `lamppost audit verify` went through the rows.
    case verified
  }

  let kind: Kind
  /// A word, or a word and which one: `settings`, `category pothole`, `person 12`.
  let subject: String
  /// nil for somebody without an account, for a job and for the command line.
  let actorID: Int?
  /// Fields with what they held, as the text of a JSON object.
  var before: String?
  /// The same fields with what they hold now.
  var after: String?
  var note: String?

  init(
    _ kind: Kind, _ subject: String, by actorID: Int?, before: String? = nil, after: String? = nil, note: String? = nil
  ) {
    (self.kind, self.subject, self.actorID) = (kind, subject, actorID)
    (self.before, self.after, self.note) = (before, after, note)
  }

  /// The statement that writes it.
  var insertion: SQL {
    """
    INSERT INTO audit_events (tenant_id, actor_id, kind, subject, before, after, note)
    VALUES (current_tenant(), \(actorID), \(kind.rawValue), \(subject), \(before)::jsonb, \(after)::jsonb, \(note))
    """
  }

  /// The statement that writes a change, unless nothing changed; it keeps the fields that differ.
  /// - Parameters:
  ///   - before: the row as it was, as the text of a JSON object.
  ///   - after: the row as it is now. A field that only one of them has changed from or to null.
  static func change(
    _ subject: String, before: String, after: String, by actorID: Int?, kind: Kind = .changed, note: String? = nil
  ) -> SQL {
    """
    INSERT INTO audit_events (tenant_id, actor_id, kind, subject, note, before, after)
    SELECT current_tenant(), \(actorID), \(kind.rawValue), \(subject), \(note)::text,
           jsonb_object_agg(key, coalesce(o.value, 'null')), jsonb_object_agg(key, coalesce(n.value, 'null'))
      FROM jsonb_each(\(before)::jsonb) o FULL JOIN jsonb_each(\(after)::jsonb) n USING (key)
     WHERE coalesce(o.value, 'null') <> coalesce(n.value, 'null')
    HAVING count(*) > 0
    """
  }

  /// The statement that tells triggers who acts, until the transaction ends: those that write rows of their own.
  static func acting(_ personID: Int) -> SQL { "SELECT set_config('app.actor', \(String(personID)), true)" }
  /// The note of what whoever owns the database did by the program's commands.
  static let byCommand = "by command"

  static func about(person id: Int) -> String { "person \(id)" }

  /// A password that was wrong. What was typed is not kept, the address neither: people type their password there.
  /// - Parameter personID: nil where the address has no account. Who tries many fills no disk: one row a minute tells it.
  static func failedSignIn(of personID: Int?) -> SQL {
    if let personID { return AuditEvent(.signInFailed, about(person: personID), by: nil).insertion }
    return """
      INSERT INTO audit_events (tenant_id, kind, subject)
      SELECT current_tenant(), \(Kind.signInFailed.rawValue), \(unknownAccount) WHERE NOT EXISTS (
        SELECT 1 FROM audit_events
         WHERE tenant_id = current_tenant() AND kind = \(Kind.signInFailed.rawValue) AND subject = \(unknownAccount)
           AND at > now() - interval '1 minute')
      """
  }

  static let unknownAccount = "unknown account"
}
