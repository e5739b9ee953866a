import FoundationEssentials
import HTTPServer
import JSON
import PostgreSQL
import Testing

@testable import Lamppost

/// What belongs to one township finds nothing in another.
@Suite struct IsolationTests {
  @Test("references, codes, files, tokens and cursors of one township open nothing in another")
  func attack() async throws {
    let (home, other) = (try await Township(), try await Township())
    let answer = try await home.anonymous.upload(
      "/api/v1/requests", fields: [("request", #"{"title":"Lamp","category":"pothole","location":null}"#)],
      files: [("files", "a.jpg", try Samples.photo())])
    let reference = try #require(answer["reference"]?.string)
    let code = try #require(answer["tracking_code"]?.string)
    let attachment = try #require(answer["attachments"]?.array?.first?["id"]?.string)
    try await home.runJobs()
    #expect(try await home.anonymous.get("/api/v1/attachments/\(attachment)/content").status == 200)
    let insiders = [other.anonymous, try await other.somebody(.administrator), try await other.somebody(.operator)]
    for client in insiders {
      for target in [
        "requests/\(reference)", "requests/\(reference)/history", "requests/\(reference)/comments", "track/\(code)",
        "attachments/\(attachment)", "attachments/\(attachment)/content", "attachments/\(attachment)/thumbnail",
      ] {
        #expect(try await client.get("/api/v1/\(target)").status == 404, "\(target)")
      }
      #expect(try await client.get("/api/v1/requests").items.isEmpty)
    }
    let staff = try await other.somebody(.administrator)
    for (path, body) in [
      ("status", #"{"status":"closed"}"#), ("assignment", #"{"department":"roads"}"#), ("opened", "{}"),
      ("comments", #"{"body":"x","visibility":"internal"}"#), ("withdraw", "{}"),
    ] {
      let answer = try await staff.send(.post, "/api/v1/requests/\(reference)/\(path)", Array(body.utf8))
      #expect(answer.status == 404, "\(path)")
    }
    // A token of one township is none in another, though both are signed by the same key.
    let agent = try await home.somebody(.agent)
    let foreign = Client(township: other, headers: agent.headers)
    #expect(try await foreign.get("/api/v1/me").status == 401)
    #expect(try await Client(township: other, headers: ["Tracking-Code": code]).get("/api/v1/requests").status == 404)
  }

  @Test("every table but the shared ones shows a role nothing without a township, and only its own with one")
  func tables() async throws {
    let (home, other) = (try await Township(), try await Township())
    try await home.report()
    let installation = home.installation
    let tables = try await installation.admin.read(
      """
      SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
       WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
      """
    ).map { try $0.get(0, as: String.self) }
    #expect(tables.count >= 14)
    let application = installation.application.database
    for table in tables {
      let count: SQL = "SELECT count(*) FROM \(identifier: table)"
      #expect(try await application.read(count).first!.get(0) == 0, "\(table) without a township")
      let foreign = try await application.tenant(other.id).read(
        "SELECT count(*) FROM \(identifier: table) WHERE tenant_id <> \(other.id)")
      #expect(try foreign.first!.get(0) == 0, "\(table)")
    }
    #expect(try await application.tenant(home.id).read("SELECT 1 FROM requests").count == 1)
    // Nor can a row be written into another township.
    await #expect(throws: DatabaseError.self) {
      _ = try await application.tenant(home.id).write(
        "INSERT INTO departments (tenant_id, slug, name) VALUES (\(other.id), 'spy', 'Spy')")
    }
  }

  @Test("no function that runs with its owner's rights can be led astray by temporary objects")
  func definerFunctions() async throws {
    let installation = try await Installation.shared()
    let loose = try await installation.admin.read(
      """
      SELECT p.oid::regprocedure::text FROM pg_proc p
       WHERE p.prosecdef AND p.pronamespace = 'public'::regnamespace
         -- Those of extensions are their authors' to keep.
         AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
         AND NOT EXISTS (SELECT 1 FROM unnest(p.proconfig) c WHERE c LIKE 'search_path=%pg_temp')
      """
    ).map { try $0.get(0, as: String.self) }
    #expect(loose == [])
    await #expect(throws: DatabaseError.self) {
      _ = try await installation.application.database.write("CREATE TEMPORARY TABLE workers (scanner text)")
    }
  }

  @Test("a host name that no township has gets a clear answer")
  func unknownHost() async throws {
    let town = try await Township()
    _ = try await Township()
    let request = Request(method: .get, path: "/api/v1/requests", hostAndPort: "nowhere.test")
    let response = await town.installation.handler.respond(to: request)
    #expect(response.status.code == 404)
  }
}
