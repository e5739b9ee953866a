import Civic
import FoundationEssentials
import HTTPServer
import JSON
import PostgreSQL

/// Everything that the page of one request shows to one member of staff.
struct StaffRequestView: Sendable {
  struct Department: Sendable {
    let id: Int
    let slug: String
    let name: String
  }

  struct Choice: Sendable {
    let slug: String
    let name: String
    let group: String?
  }

  struct Answer: Sendable {
    let question: String
    let answer: [String]
  }

  let request: ServiceRequest
  /// nil for who may not know the reporter.
  let contact: Contact?
  let comments: [Comment]
  let history: [HistoryEntry]
  let attachments: [Attachment]
  /// Who could take it.
  let staff: [StaffMember]
  let departments: [Department]
  let categories: [Choice]
  let areas: [String]
  let answers: [Answer]
  /// Whether the category asks for a photo of what was done, and there is none yet.
  let needsProof: Bool
  let nearby: [ListRequests.Item]
  /// Open ones that may be about the same problem.
  let similar: [SimilarRequest]
  /// What was merged into it.
  let duplicates: [MergedRequest]
  let templates: [ReplyTemplate]
  /// Who is called in each comment.
  let mentions: [Int: [String]]
  /// The version that the reader's own last change made, as long as it can be taken back.
  let undoable: Bool
  /// Names of everybody that the history speaks of.
  let names: [Int: String]
}

extension StaffRequestView {
  /// A template's text with what it leaves open.
  func filled(_ body: String) -> String {
    // The title last: what a reporter wrote into it is not looked through again.
    body.replacing("{reference}", with: request.reference.description).replacing("{title}", with: request.title)
  }
}

/// Reads it: the request, and then all that hangs on it in one round trip.
struct ReadStaffRequest: Sendable {
  let database: Database
  let findRequest: FindRequest
  let listComments: ListComments
  let listHistory: ListHistory
  let listRequests: ListRequests
  let similarRequests: SimilarRequests
  let readContact: ReadContact

  /// Metres within which a request is a neighbour.
  static let neighbourhood = 100.0

  /// - Throws: `gone`, `not_found`.
  func callAsFunction(_ reference: Reference, as actor: Actor) async throws -> StaffRequestView {
    let request = try await findRequest(reference, as: actor).get()
    let contact =
      actor.may(.readContacts, on: request.facts) ? try await readContact(requestID: request.facts.id, as: actor) : nil
    let (rows, last) = try await database.withoutReplica.tenant(actor.tenant.id).read { transaction in
      (
        try await transaction.queryAll(Self.queries(request, as: actor)),
        try await LastChange.read(of: [request.facts.id], in: transaction)[request.facts.id]
      )
    }
    let similar: [SimilarRequest] =
      if let sample = request.sample { try await similarRequests(sample, as: actor) } else { [] }
    return StaffRequestView(
      request: request, contact: contact,
      comments: try await all { try await listComments(reference, after: $0?.id ?? 0, as: actor) },
      history: try await all { try await listHistory(reference, after: $0?.sequence ?? 0, as: actor) },
      attachments: try rows[0].map(Attachment.init), staff: try rows[1].map(StaffMember.init),
      departments: try rows[2].map { .init(id: try $0.get(0), slug: try $0.get(1), name: try $0.get(2)) },
      categories: try rows[3].map { .init(slug: try $0.get(0), name: try $0.get(1), group: try $0.get(2)) },
      areas: try rows[4].map { try $0.get(0) },
      answers: try Self.answers(request.attributes, questions: try rows[5].first?.get(0, as: String.self) ?? "[]"),
      needsProof: try rows[9].first?.get(0) ?? false,
      nearby: try await neighbours(of: request, but: similar, as: actor), similar: similar,
      duplicates: try rows[10].map(MergedRequest.init),
      templates: try rows[7].map(ReplyTemplate.init),
      mentions: try rows[8].reduce(into: [:]) { try $0[$1.get(0), default: []].append($1.get(1)) },
      undoable: last.map { $0.mayBeTakenBack(by: actor, request.facts) } ?? false,
      names: try Dictionary(rows[6].map { (try $0.get(0), try $0.get(1)) }) { $1 })
  }

  private static func queries(_ request: ServiceRequest, as actor: Actor) -> [SQL] {
    let id = request.facts.id
    return [
      """
      SELECT \(Attachment.columns) FROM attachments a
       WHERE a.request_id = \(id) AND (NOT a.sealed OR \(actor.may(.destroy))) ORDER BY a.created_at, a.id
      """,
      ListStaff.query(and: ListStaff.covering(requestID: id)),
      "SELECT id, slug, name FROM departments WHERE active ORDER BY name",
      "SELECT slug, name, group_name FROM categories WHERE active ORDER BY sort, group_name, name, id",
      """
      SELECT ar.name FROM request_areas ra JOIN areas ar ON ar.tenant_id = ra.tenant_id AND ar.id = ra.area_id
       WHERE ra.request_id = \(id) AND ra.for_staff ORDER BY ar.layer, ar.slug
      """,
      "SELECT attributes::text FROM categories WHERE slug = \(request.category)",
      """
      SELECT p.id, p.name FROM people p WHERE p.role <> 'citizen' AND p.id IN (
        SELECT (regexp_matches(concat(e.before, ' ', e.after), 'person ([0-9]{1,18})', 'g'))[1]::bigint
          FROM request_events e WHERE e.request_id = \(id) AND e.kind = 'assignment'
        UNION SELECT nullif(unnest(ARRAY[e.before::jsonb->>'assignee', e.after::jsonb->>'assignee']), '')::bigint
          FROM request_events e WHERE e.request_id = \(id) AND e.kind = 'routed')
      """,
      ReplyTemplates.query(), Mentions.query(requestID: id),
      """
      SELECT c.requires_proof AND NOT \(Proof.exists)
        FROM requests r JOIN categories c ON c.tenant_id = r.tenant_id AND c.id = r.category_id WHERE r.id = \(id)
      """,
      ListDuplicates.query(id, as: actor),
    ]
  }

  /// Pages of a list until its end. Two thousand entries are more than anybody reads.
  private func all<Item>(_ page: (Item?) async throws -> [Item]) async throws -> [Item] {
    var items: [Item] = []
    for _ in 0..<10 {
      let next = try await page(items.last)
      items += next
      if next.count < 200 { break }
    }
    return items
  }

  private func neighbours(
    of request: ServiceRequest, but similar: [SimilarRequest], as actor: Actor
  ) async throws -> [ListRequests.Item] {
    guard let place = request.location?.coordinate else { return [] }
    let asked = [
      ("near", "\(place.latitude),\(place.longitude)"), ("radius", "\(Self.neighbourhood)"), ("sort", "nearest"),
    ]
    let filter = try RequestFilter(Query(asked.map { (name: $0.0, value: $0.1) }), as: actor)
    let page = try await listRequests(filter, list: "neighbours", cursor: nil, limit: 9, as: actor)
    let others = Set(similar.map(\.reference))
    return page.items.filter { $0.request.facts.id != request.facts.id && !others.contains($0.request.reference) }
  }

  /// The answers beside their questions; an answer whose question is gone stands beside its key.
  private static func answers(_ given: RawJSON, questions: String) throws -> [StaffRequestView.Answer] {
    let questions = try JSONValue.parse(Array(questions.utf8)).array ?? []
    return (try JSONValue.parse(given.bytes).object?.members ?? []).compactMap { member in
      let question = questions.first { $0["key"]?.string == member.key }
      let options = question?["options"]?.array ?? []
      let words = (member.value.array ?? [member.value]).compactMap { value -> String? in
        if let key = value.string {
          return options.first { $0["key"]?.string == key }?["label"]?.string ?? key
        }
        if let flag = value.bool { return flag ? "yes" : "no" }
        return value.isNull ? nil : value.double.map { $0 == $0.rounded() ? String(Int($0)) : String($0) }
      }
      return words.isEmpty ? nil : .init(question: question?["label"]?.string ?? member.key, answer: words)
    }
  }
}
