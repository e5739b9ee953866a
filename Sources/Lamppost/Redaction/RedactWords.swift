import Civic
import FoundationEssentials
import JSON
import PostgreSQL

/// Takes words out of everything that is said of a request: title, description, address, answers to the category's
/// questions, comments, history. The triggers make the search's vectors anew; what waits to be mailed is read when it is sent.
struct RedactWords: Sendable {
  let database: Database

  /// - Throws: `forbidden`, `gone`, `not_found`; `unknown_option` on `words` where they stand nowhere.
  func callAsFunction(_ change: WordRedaction, of reference: Reference, as actor: Actor) async throws {
    let redaction = Redaction(change.words)
    try await database.tenant(actor.tenant.id).write { transaction in
      let request = try await LockedRequest.lock(reference, in: transaction, as: actor)
      try actor.require(change.original == .destroy ? .destroy : .moderate, on: request.facts)
      let id = request.facts.id
      var sealed: [(field: String, original: String)] = []
      let texts = [
        ("title", request.title), ("description", request.description), ("address", request.address ?? ""),
      ].filter { redaction.finds(in: $0.1) }
      var assignments: [SQL] = []
      for (name, text) in texts {
        sealed.append((name, text))
        assignments.append("\(identifier: name) = \(Self.cut(redaction.redacted(text), to: Self.limits[name] ?? 200))")
      }
      let comments = try await Self.comments(redaction, id, in: transaction)
      if let answers = try await Self.answers(redaction, id, in: transaction) {
        sealed += answers.originals
        assignments.append("attributes = \(answers.json)::jsonb")
      }
      let history = try await RedactedHistory(redaction, id, in: transaction)
      if sealed.isEmpty && comments.isEmpty && history.isEmpty {
        throw Problem.field("words", .unknownOption, "stand nowhere in this request")
      }
      // The title is never empty: the mark stands in it.
      assignments += ["version = version + 1", "updated_at = now()"]
      try await transaction.execute("UPDATE requests SET \(assignments.joined(separator: ", ")) WHERE id = \(id)")
      for (comment, body) in comments {
        sealed.append(("comment \(comment)", body))
        try await transaction.execute(
          "UPDATE comments SET body = \(Self.cut(redaction.redacted(body), to: 10_000)) WHERE id = \(comment)")
      }
      if !history.isEmpty { _ = try await transaction.query(history.statement(by: actor.person?.id)) }
      sealed += history.originals
      if change.original == .seal {
        for (field, original) in sealed {
          try await transaction.execute(
            """
            INSERT INTO sealed_texts (tenant_id, request_id, field, original, sealed_by)
            VALUES (current_tenant(), \(id), \(field), \(original), \(actor.person?.id))
            """)
        }
      }
      // Answers that are kept for a day, in case a report is sent again.
      try await transaction.execute(
        "DELETE FROM idempotency_keys WHERE strpos(response, \(request.reference.description)) > 0")
      try await transaction.execute(
        RequestEvent(
          requestID: id, actorID: actor.person?.id, kind: .moderated, visibility: .internal, before: "words",
          after: "redact", note: change.reason
        ).insertion)
    }
  }

  private static let limits = ["title": 200, "description": 10_000, "address": 500]

  /// The mark may be longer than what it stands for.
  private static func cut(_ text: String, to limit: Int) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.prefix(limit)))
  }

  private static func comments(
    _ redaction: Redaction, _ id: Int, in transaction: Transaction
  ) async throws -> [(id: Int, body: String)] {
    try await transaction.query("SELECT id, body FROM comments WHERE request_id = \(id) ORDER BY id")
      .map { (id: try $0.get(0), body: try $0.get(1)) }.filter { redaction.finds(in: $0.body) }
  }

  /// Answers to the category's questions, where they hold the words: all of them as they are to be, and what stood there.
  private static func answers(
    _ redaction: Redaction, _ id: Int, in transaction: Transaction
  ) async throws -> (json: String, originals: [(field: String, original: String)])? {
    let rows = try await transaction.query("SELECT attributes::text FROM requests WHERE id = \(id)")
    guard let text = try rows.first?.get(0, as: String.self),
      let answers = try JSONValue.parse(Array(text.utf8)).object
    else { return nil }
    let originals = answers.members.flatMap { member in
      redaction.texts(in: member.value).map { (field: "answer \(member.key)", original: $0) }
    }
    return originals.isEmpty ? nil : (redaction.redacted(.object(answers)).line, originals)
  }
}
