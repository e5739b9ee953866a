import Civic
import FoundationEssentials
import JSON
import PostgreSQL

/// Hides something, shows it again, or takes it away for good.
struct Moderate: Sendable {
  let database: Database

  /// - Parameter reason: why, for colleagues; kept in the internal history.
  /// - Throws: `forbidden`, `not_found`, `gone`, `transition_not_allowed` where it is so already.
  func callAsFunction(
    _ action: ModerationAction, _ thing: ModeratedThing, of reference: Reference, reason: String, as actor: Actor
  ) async throws {
    try await database.tenant(actor.tenant.id).write { transaction in
      try await Self.apply(action, thing, of: reference, reason: reason, in: transaction, as: actor)
    }
  }

  /// Decides about something that was pointed out, and with it about all that was said of the same thing.
  /// - Throws: `conflict` where somebody else has decided.
  func decide(_ decision: AbuseDecision, _ id: UUID, note: String?, as actor: Actor) async throws {
    try await database.tenant(actor.tenant.id).write { transaction in
      let rows = try await transaction.query(
        """
        SELECT r.reference, a.comment_id, a.attachment_id, a.decision IS NULL
          FROM abuse_reports a JOIN requests r ON r.tenant_id = a.tenant_id AND r.id = a.request_id
         WHERE a.id = \(id)
        """)
      guard let row = rows.first, let reference = Reference(stored: try row.get(0)) else { throw Problem.notFound }
      let thing =
        try row.get(1, as: Int?.self).map { ModeratedThing.comment($0) }
        ?? row.get(2, as: UUID?.self).map { .attachment(AttachmentID($0)) } ?? .request
      guard try row.get(3) else { throw Problem(.conflict) }
      switch decision {
      case .dismiss:
        let request = try await LockedRequest.lock(reference, in: transaction, as: actor)
        try actor.require(.moderate, on: request.facts)
        try await Self.close(thing, request.facts.id, "dismissed", note, in: transaction, as: actor)
      case .hide, .remove:
        let action: ModerationAction = decision == .hide ? .hide : .remove
        try await Self.apply(action, thing, of: reference, reason: note ?? "", in: transaction, as: actor)
      }
    }
  }

  private static func apply(
    _ action: ModerationAction, _ thing: ModeratedThing, of reference: Reference, reason: String,
    in transaction: Transaction, as actor: Actor
  ) async throws {
    let request = try await LockedRequest.lock(reference, in: transaction, as: actor)
    try actor.require(action == .remove ? .destroy : .moderate, on: request.facts)
    let id = request.facts.id
    switch thing {
    case .request:
      let rows = try await transaction.query(requestChange(action, id, in: transaction))
      guard let after = try rows.first?.get(0, as: String.self) else { throw Problem(.transitionNotAllowed) }
      let event = RequestEvent(
        requestID: id, actorID: actor.person?.id, kind: .edited, visibility: .internal,
        before: EditRequest.summary([("visibility", request.visibility)]),
        after: EditRequest.summary([("visibility", after)]), note: reason)
      try await transaction.execute(event.insertion)
    case .comment(let comment):
      let change = change(action, comment: comment, of: id)
      try await Self.apply(change, action, thing, of: id, reason: reason, in: transaction, as: actor)
    case .attachment(let file):
      let change = change(action, attachment: file, of: id)
      try await Self.apply(change, action, thing, of: id, reason: reason, in: transaction, as: actor)
      if action == .remove { try await transaction.execute(DeleteFiles.insertion(file)) }
    }
    if action != .unhide {
      try await close(thing, id, action == .hide ? "hidden" : "removed", reason, in: transaction, as: actor)
    }
  }

  /// The change of a comment or a file, and its history.
  private static func apply(
    _ change: SQL, _ action: ModerationAction, _ thing: ModeratedThing, of id: Int, reason: String,
    in transaction: Transaction, as actor: Actor
  ) async throws {
    if try await transaction.execute(change) == 0 { throw try await problem(thing, id, in: transaction) }
    let event = RequestEvent(
      requestID: id, actorID: actor.person?.id, kind: .moderated, visibility: .internal, before: thing.words,
      after: action.rawValue, note: reason)
    try await transaction.execute(event.insertion)
    // Open screens and caches by date: the public sees less than before.
    try await transaction.execute("UPDATE requests SET updated_at = now() WHERE id = \(id)")
  }

  private static func change(_ action: ModerationAction, comment id: Int, of requestID: Int) -> SQL {
    switch action {
    case .hide:
      """
      UPDATE comments SET visibility = 'internal', hidden = true
       WHERE request_id = \(requestID) AND id = \(id) AND visibility = 'public'
      """
    case .unhide:
      """
      UPDATE comments SET visibility = 'public', hidden = false
       WHERE request_id = \(requestID) AND id = \(id) AND hidden
      """
    case .remove:
      """
      UPDATE comments SET visibility = 'internal', hidden = false, body = '[removed]'
       WHERE request_id = \(requestID) AND id = \(id) AND body <> '[removed]'
      """
    }
  }

  private static func change(_ action: ModerationAction, attachment id: AttachmentID, of requestID: Int) -> SQL {
    switch action {
    case .hide:
      """
      UPDATE attachments SET visibility = 'private', hidden = true
       WHERE request_id = \(requestID) AND id = \(id.uuid) AND visibility = 'public'
      """
    case .unhide:
      """
      UPDATE attachments SET visibility = 'public', hidden = false
       WHERE request_id = \(requestID) AND id = \(id.uuid) AND hidden AND state = 'clean'
      """
    case .remove:
      """
      UPDATE attachments SET state = 'failed', reason = 'removed', visibility = 'internal', hidden = false,
             thumbnail_bytes = NULL, file_name = NULL, judged_at = now()
       WHERE request_id = \(requestID) AND id = \(id.uuid) AND state = 'clean'
      """
    }
  }

  /// - Returns: a statement that gives back what the request's visibility is then, or no row where it is so already.
  private static func requestChange(
    _ action: ModerationAction, _ id: Int, in transaction: Transaction
  ) async throws -> SQL {
    let (visibility, condition): (String, SQL) =
      switch action {
      case .hide: ("hidden", "visibility IN ('public', 'private')")
      // The trigger keeps the request of a category that has become private private.
      case .unhide: (try await visibilityBeforeHiding(id, in: transaction), "visibility = 'hidden'")
      case .remove: ("removed", "true")
      }
    return """
      UPDATE requests SET visibility = \(visibility), version = version + 1, updated_at = now()
       WHERE id = \(id) AND \(condition) RETURNING visibility
      """
  }

  /// As the row of the history says that hid it. Where none does, since it was never shown or the row's contents were
  /// erased, it is for staff alone: publishing it is an edit of its own.
  private static func visibilityBeforeHiding(_ id: Int, in transaction: Transaction) async throws -> String {
    func visibility(_ summary: String?) -> String? {
      summary.flatMap { try? JSONValue.parse(Array($0.utf8)) }?["visibility"]?.string
    }
    let rows = try await transaction.query(
      """
      SELECT before, after FROM request_events
       WHERE request_id = \(id) AND kind = \(RequestEvent.Kind.edited.rawValue) AND after LIKE '%hidden%'
       ORDER BY sequence DESC
      """)
    for row in rows {
      let (before, after) = try row.decode(String?.self, String?.self)
      if visibility(after) == "hidden" { return visibility(before) == "public" ? "public" : "private" }
    }
    return "private"
  }

  private static func problem(
    _ thing: ModeratedThing, _ requestID: Int, in transaction: Transaction
  ) async throws -> Problem {
    let there: SQL =
      switch thing {
      case .request: "SELECT 1"
      case .comment(let id): "SELECT 1 FROM comments WHERE request_id = \(requestID) AND id = \(id)"
      case .attachment(let id): "SELECT 1 FROM attachments WHERE request_id = \(requestID) AND id = \(id.uuid)"
      }
    return try await transaction.query(there).isEmpty ? Problem.notFound : Problem(.transitionNotAllowed)
  }

  /// Who removes a request has decided about all of it.
  private static func close(
    _ thing: ModeratedThing, _ requestID: Int, _ decision: String, _ note: String?, in transaction: Transaction,
    as actor: Actor
  ) async throws {
    let which: SQL =
      thing == .request && decision == "removed" ? "request_id = \(requestID)" : thing.condition(of: requestID)
    try await transaction.execute(
      """
      UPDATE abuse_reports SET decision = \(decision), decided_by = \(actor.person?.id), decided_at = now(), note = \(note)
       WHERE \(which) AND decision IS NULL
      """)
  }
}
