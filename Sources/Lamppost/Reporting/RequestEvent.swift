import PostgreSQL

/// One row of a request's history. Written in the transaction of the change itself; the database numbers and chains it.
struct RequestEvent: Sendable {
  enum Kind: String, CaseIterable, Sendable {
    case created, edited, withdrawn, status, confirmation, assignment, comment, message, attachment, imported
    /// By rules, without anybody's doing.
    case routed
    /// A comment or a file was hidden, shown again, blackened or removed.
    case moderated
    /// Into another, or another into it; `into` or `from` and the other's reference, as `after`, or when it was taken back
    /// as `before`.
    case merged
    /// A target comes near, and one was missed; `after` is a `DeadlineAlert`.
    case warning, escalation
    /// The target date is another one, since the category or the priority is; both as instants.
    case target
  }

  let requestID: Int
  /// nil for somebody without an account.
  let actorID: Int?
  let kind: Kind
  let visibility: Visibility
  var before: String?
  var after: String?
  var note: String?

  /// The statement that appends it; the request's row is locked or new.
  var insertion: SQL {
    """
    INSERT INTO request_events (tenant_id, request_id, actor_id, kind, visibility, before, after, note)
    VALUES (current_tenant(), \(requestID), \(actorID), \(kind.rawValue), \(visibility.rawValue), \(before), \(after),
            \(note))
    """
  }
}
