import Civic
import Credentials
import EventLoop
import FoundationEssentials
import JSON
import PostgreSQL
import Testing

@testable import Lamppost

@Suite("The demo township")
struct DemoTests {
  private static let now = Date(timeIntervalSince1970: 1_767_225_600)

  @Test("the same seed makes the same reports, none of them in the future, all inside the township")
  func deterministic() {
    let (one, other) = (DemoRequests.make(now: Self.now), DemoRequests.make(now: Self.now))
    #expect(one.map(\.title) == other.map(\.title) && one.map(\.reference) == other.map(\.reference))
    #expect(Set(one.map(\.reference)).count == DemoRequests.count)
    #expect(Set(one.map { $0.title + $0.description }).count > 1950)
    for request in one {
      #expect(request.events.allSatisfy { $0.at <= Self.now && $0.at >= request.createdAt })
      #expect(request.status.isEnded == (request.closedAt != nil))
      #expect(!(request.isAnonymous && (request.contact != nil || request.reporter != nil)))
    }
    let texts = one.flatMap { [$0.title, $0.description] + $0.comments.map(\.body) }
    #expect(texts.filter { $0.contains("{") || $0.isEmpty }.isEmpty)
    #expect(one.allSatisfy { $0.title.count <= 200 })
  }

  @Test("every step of every history is one that the workflow knows")
  func lawful() {
    for request in DemoRequests.make(now: Self.now) {
      for event in request.events where event.kind == .status {
        let (before, after) = (Status(rawValue: event.before ?? ""), Status(rawValue: event.after ?? ""))
        guard let before, let after else {
          Issue.record("a step without statuses")
          continue
        }
        #expect(throws: Never.self) {
          try Workflow().check(from: before, to: after, .init(reason: event.note, note: event.note))
        }
      }
    }
  }

  @Test("every category asks what can be asked, and the demo's answers are right")
  func questions() throws {
    let definitions = try Dictionary(
      uniqueKeysWithValues: DemoCategory.all.map { ($0.slug, try AttributeDefinition.parse($0.questions)) })
    for request in DemoRequests.make(now: Self.now) {
      let answers = try JSONValue.parse(Array(request.attributes.utf8))
      for definition in try #require(definitions[request.category.slug]) {
        #expect(throws: Never.self) {
          try definition.check(answers[definition.key].flatMap(AttributeDefinition.Answer.init))
        }
      }
    }
  }

  @Test("a second run changes nothing, and one that was killed among the photos is completed by the next")
  func restart() async throws {
    let uploads = "/var/tmp/lamppost-demo-\(UUID().uuidString)"
    try FileStore.prepare(root: uploads)
    var environment = EnvironmentReader(["LAMPPOST_UPLOADS": uploads])
    let pool = BlockingPool(name: "files", threads: 1)
    let quarantine = Quarantine(UploadConfiguration(&environment), pool: pool)
    try await OwnDatabase.with { database in
      let load = LoadDemo(
        database: database, passwords: PasswordHasher(pool: pool, memory: 64, iterations: 1), now: .now)
      let (tenant, isNew) = try await load()
      #expect(isNew)
      let photos = DemoPhotos(database: database.tenant(tenant), quarantine: quarantine, pool: pool)
      let made = try await photos()
      #expect(made > 100)
      let lost = [DemoPhotos.id(5), DemoPhotos.id(18)]
      // As if killed between a file and its row, and in the middle of a file.
      try await database.write(
        "DELETE FROM attachments WHERE id = ANY(\(lost))")
      try await database.write(
        "DELETE FROM jobs WHERE subject = ANY(SELECT id::text FROM unnest(\(lost)) AS id)"
      )
      try Installation.write("half", to: quarantine.path(DemoPhotos.id(18)) + ".part")
      #expect(try await load().isNew == false)
      #expect(try await photos() == 2)
      #expect(try await photos() == 0)
      let rows = try await database.read(
        """
        SELECT (SELECT count(*) FROM requests), (SELECT count(*) FROM attachments),
               (SELECT count(*) FROM jobs WHERE kind = \(JobKind.scanAttachment.rawValue)),
               (SELECT count(DISTINCT role) FROM people), (SELECT count(*) FROM tenant_hosts),
               (SELECT count(*) FROM requests r JOIN tenants t ON t.id = r.tenant_id
                 WHERE r.location IS NOT NULL AND NOT ST_Covers(t.boundary, r.location))
        """)
      let (requests, attachments, jobs, roles, hosts, outside) = try rows[0].decode(
        Int.self, Int.self, Int.self, Int.self, Int.self, Int.self)
      #expect(requests == DemoRequests.count && attachments == made && jobs == made)
      #expect(roles == Role.allCases.count && hosts == 3 && outside == 0)
    }
  }

  @Test("a drawn photo passes the scan like any other")
  func photos() async throws {
    let town = try await Township()
    let (reference, code) = try await town.report()
    let holder = town.holder(of: try #require(code))
    for (index, category) in DemoCategory.all.prefix(3).enumerated() {
      let bytes = PNGEncoder.encode(DemoScenes.draw(category.slug, seed: UInt64(index)))
      let answer = try await holder.upload(
        "/api/v1/requests/\(reference)/attachments", files: [("file", "photo.png", bytes)])
      #expect(answer.status == 202 || answer.status == 201, "\(answer.text)")
    }
    try await town.runJobs()
    let states = try await town.database.read(
      "SELECT state, media_type FROM attachments WHERE tenant_id = \(town.id)")
    #expect(states.count == 3)
    for row in states { #expect(try row.get(0, as: String.self) == "clean") }
  }
}
