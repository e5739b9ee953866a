import Civic
import FoundationEssentials
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
    let changed = try await transaction.execute(change(action, thing, id))
    if changed == 0 { throw try await problem(thing, id, in: transaction) }
    switch thing {
    case .request:
      let after = ["hide": "hidden", "unhide": "public", "remove": "removed"][action.rawValue] ?? ""
      let event = RequestEvent(
        requestID: id, actorID: actor.person?.id, kind: .edited, visibility: .internal,
        before: EditRequest.summary([("visibility", request.visibility)]),
        after: EditRequest.summary([("visibility", after)]), note: reason)
      try await transaction.execute(event.insertion)
    case .comment, .attachment:
      let event = RequestEvent(
        requestID: id, actorID: actor.person?.id, kind: .moderated, visibility: .internal, before: thing.words,
        after: action.rawValue, note: reason)
      try await transaction.execute(event.insertion)
      // Open screens and caches by date: the public sees less than before.
      try await transaction.execute("UPDATE requests SET updated_at = now() WHERE id = \(id)")
      if action == .remove, let file = thing.attachment {
        try await transaction.execute(DeleteFiles.insertion(file))
      }
    }
    if action != .unhide {
      try await close(thing, id, action == .hide ? "hidden" : "removed", reason, in: transaction, as: actor)
    }
  }

  private static func change(_ action: ModerationAction, _ thing: ModeratedThing, _ requestID: Int) -> SQL {
    switch (thing, action) {
    case (.request, .hide): requestChange("hidden", requestID, "visibility IN ('public', 'private')")
    // The trigger keeps a private category's request private.
    case (.request, .unhide): requestChange("public", requestID, "visibility = 'hidden'")
    case (.request, .remove): requestChange("removed", requestID, "true")
    case (.comment(let id), .hide):
      """
      UPDATE comments SET visibility = 'internal', hidden = true
       WHERE request_id = \(requestID) AND id = \(id) AND visibility = 'public'
      """
    case (.comment(let id), .unhide):
      """
      UPDATE comments SET visibility = 'public', hidden = false
       WHERE request_id = \(requestID) AND id = \(id) AND hidden
      """
    case (.comment(let id), .remove):
      """
      UPDATE comments SET visibility = 'internal', hidden = false, body = '[removed]'
       WHERE request_id = \(requestID) AND id = \(id) AND body <> '[removed]'
      """
    case (.attachment(let id), .hide):
      """
      UPDATE attachments SET visibility = 'private', hidden = true
       WHERE request_id = \(requestID) AND id = \(id.uuid) AND visibility = 'public'
      """
    case (.attachment(let id), .unhide):
      """
      UPDATE attachments SET visibility = 'public', hidden = false
       WHERE request_id = \(requestID) AND id = \(id.uuid) AND hidden AND state = 'clean'
      """
    case (.attachment(let id), .remove):
      """
      UPDATE attachments SET state = 'failed', reason = 'removed', visibility = 'internal', hidden = false,
             thumbnail_bytes = NULL, file_name = NULL, judged_at = now()
       WHERE request_id = \(requestID) AND id = \(id.uuid) AND state = 'clean'
      """
    }
  }

  private static func requestChange(_ visibility: String, _ id: Int, _ condition: SQL) -> SQL {
    """
    UPDATE requests SET visibility = \(visibility), version = version + 1, updated_at = now()
     WHERE id = \(id) AND \(condition)
    """
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
