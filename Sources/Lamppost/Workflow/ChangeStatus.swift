import Civic
import HTTPServer
import PostgreSQL

/// Moves a request through the workflow.
struct ChangeStatus: Sendable {
  let database: Database
  let addAttachment: AddAttachment

  /// - Parameter proof: photos of what was done, added in the same transaction.
  func callAsFunction(
    _ reference: Reference, to status: Status, reason: String?, note: String?, proof: [QuarantinedFile] = [],
    ifMatch: Int?, as actor: Actor
  ) async throws -> ServiceRequest {
    try await database.tenant(actor.tenant.id).write { transaction in
      let request = try await LockedRequest.lock(reference, in: transaction, as: actor, ifMatch: ifMatch) {
        try actor.require(.changeStatus, on: $0.facts)
      }
      if request.isMerged { throw Self.merged }
      for file in proof {
        _ = try await addAttachment.add(file, nil, to: request, in: transaction, as: actor)
      }
      let evidence = try await Proof.evidence(
        status, reason: reason, note: note, requestID: request.facts.id, in: transaction)
      do throws(Workflow.Refusal) {
        try actor.tenant.workflow.check(from: request.facts.status, to: status, evidence)
      } catch {
        throw Problem(refusal: error, from: request.facts.status, to: status)
      }
      let statements = Self.statements(request.facts, to: status, reason: reason, note: note, as: actor)
      let query = FindRequest.query(reference, as: actor)
      guard let row = try await transaction.change(statements, of: [request.facts.id], reading: query) else {
        throw Problem.notFound
      }
      return try ServiceRequest(row)
    }
  }

  /// What a merge moved must go back with it.
  private static let merged = Problem.field(
    "status", .transitionNotAllowed, "The request was merged into another: take the merge back first.")

  /// The change and its history; the request's row is locked and the change allowed.
  static func statements(
    _ facts: RequestFacts, to status: Status, reason: String?, note: String?, as actor: Actor
  ) -> [SQL] {
    let event = RequestEvent(
      requestID: facts.id, actorID: actor.person?.id, kind: .status, visibility: .public,
      before: facts.status.rawValue, after: status.rawValue, note: text(reason, note))
    return [update(facts.id, to: status), event.insertion]
  }

  /// The first opening by somebody who may change it is a look by staff. Any later one changes nothing.
  func opened(_ reference: Reference, as actor: Actor) async throws -> ServiceRequest {
    try await database.tenant(actor.tenant.id).write { transaction in
      let request = try await LockedRequest.lock(reference, in: transaction, as: actor)
      try actor.require(.changeStatus, on: request.facts)
      guard let status = actor.tenant.workflow.next(from: request.facts.status, by: .opening) else { return request }
      let event = RequestEvent(
        requestID: request.facts.id, actorID: actor.person?.id, kind: .status, visibility: .public,
        before: request.facts.status.rawValue, after: status.rawValue)
      let results = try await transaction.queryAll([
        Self.update(request.facts.id, to: status), event.insertion, FindRequest.query(reference, as: actor),
      ])
      guard let row = results.last?.first else { throw Problem.notFound }
      return try ServiceRequest(row)
    }
  }

  /// What was said with the change, all of it.
  private static func text(_ reason: String?, _ note: String?) -> String? {
    let parts = [reason, note].compactMap(\.self)
    return parts.isEmpty ? nil : parts.joined(separator: "\n\n")
  }

  static func update(_ id: Int, to status: Status) -> SQL {
    """
    UPDATE requests SET status = \(status.rawValue), version = version + 1, updated_at = now(),
           closed_at = \(status.isEnded ? "coalesce(closed_at, now())" as SQL : "NULL")
     WHERE id = \(id)
    """
  }
}

extension Problem {
  /// - Parameter from: nil where the step is not in question.
  init(refusal: Workflow.Refusal, from: Status? = nil, to: Status) {
    switch refusal {
    case .transitionNotAllowed:
      let from = from.map { " from \($0.rawValue)" } ?? ""
      self = .field("status", .transitionNotAllowed, "A request cannot go\(from) to \(to.rawValue).")
    case .switchedOff:
      self = .field("status", .transitionNotAllowed, "The township does not use the status \(to.rawValue).")
    case .proofRequired:
      self = .field(
        "proof", .proofRequired, "\(to.rawValue) needs a photo of what was done: attach it to the request first.")
    case .reasonRequired: self = .field("reason", .reasonRequired, "\(to.rawValue) needs a reason.")
    case .noteRequired: self = .field("note", .noteRequired, "\(to.rawValue) needs a note of what was done.")
    }
  }
}

/// A change of status as it comes in.
struct StatusChange: Sendable {
  let status: Status
  let reason: String?
  let note: String?

  init(_ input: ObjectInput) throws(Problem) {
    var input = input
    status = input.requiredOption("status", Status.allCases, name: \.rawValue)
    reason = input.text("reason", maximum: 2000)
    note = input.text("note", maximum: 2000)
    try input.finish()
  }
}

enum WorkflowRoutes {
  static func changeStatus(_ request: Request, _ context: Context, _ reference: Reference) async throws -> Response {
    let change = try StatusChange(try await request.input())
    let changed = try await context.application.changeStatus(
      reference, to: change.status, reason: change.reason, note: change.note, ifMatch: try request.ifMatch(),
      as: context.actor)
    return try await context.detail(of: changed)
  }

  static func opened(_ request: Request, _ context: Context, _ reference: Reference) async throws -> Response {
    try await context.detail(of: context.application.changeStatus.opened(reference, as: context.actor))
  }
}
