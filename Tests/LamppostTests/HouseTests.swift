import FoundationEssentials
import Glibc
import PostgreSQL
import Testing

@testable import Lamppost

/// Rules about the house itself.
@Suite struct HouseTests {
  private static let root = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()

  private static func read(_ path: String) throws -> String {
    let descriptor = open(path, O_RDONLY)
    guard descriptor >= 0 else { throw FileError(operation: "open \(path)", code: errno) }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = Glibc.read(descriptor, &bytes, bytes.count)
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
  }

  /// Every Swift file below a folder.
  private static func sources(_ folder: String) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var paths: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name.hasPrefix(".") { continue }
      if name.hasSuffix(".swift") { paths.append(folder + "/" + name) } else { paths += sources(folder + "/" + name) }
    }
    return paths
  }

  @Test("every variable that the program reads stands in .env.example")
  func variables() throws {
    let example = try Self.read(Self.root + "/.env.example")
    let pattern = /"((?:LAMPPOST|DATABASE|REDIS|MAP)_[A-Z_]+)"/
    for path in Self.sources(Self.root + "/Sources/Lamppost") {
      for match in try Self.read(path).matches(of: pattern) {
        #expect(example.contains(match.1), "\(match.1) of \(path.suffix(40))")
      }
    }
  }

  @Test("no file grows past what one person reads at a sitting")
  func lengths() throws {
    for path in Self.sources(Self.root + "/Sources") {
      let lines = try Self.read(path).split(separator: "\n", omittingEmptySubsequences: false).count
      #expect(lines <= 300, "\(path.suffix(60)) has \(lines) lines")
    }
  }

  @Test("every table has row-level security with a policy, but the two that hold no township's data")
  func policies() async throws {
    let installation = try await Installation.shared()
    let bare = try await installation.admin.read(
      """
      SELECT c.relname FROM pg_class c
       WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
         AND c.relname NOT IN ('schema_migrations', 'spatial_ref_sys')
         AND (NOT c.relrowsecurity OR NOT EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid))
      """)
    #expect(try bare.map { try $0.get(0, as: String.self) } == [])
  }

  @Test("the doctor finds nothing wrong with a fresh installation, and a lost mark")
  func doctor() async throws {
    let installation = try await Installation.shared()
    #expect(try await Doctor.examine(installation.admin) == [])
    // In a database of its own: others hold their plans against the marks of this one.
    try await installation.withDatabaseOfItsOwn { database in
      #expect(try await Doctor.examine(database) == [])
      _ = try await database.write("ALTER FUNCTION word_similarity_op(text, text) NOT LEAKPROOF")
      _ = try await database.write("CREATE TABLE forgotten (tenant_id int)")
      let found = try await Doctor.examine(database)
      #expect(found.count == 2 && found[0].contains("word_similarity_op") && found[1].contains("forgotten"))
      _ = try await database.write("DROP TABLE forgotten")
      _ = try await database.write(
        "INSERT INTO tenants (slug, name, created_at) VALUES ('asleep', 'A', now() - interval '2 days'), ('new', 'N', now())"
      )
      let asleep = try await Doctor.examine(database)
      #expect(asleep.count == 2 && asleep[1].contains("asleep") && asleep[1].contains("not been sealed"))
      _ = try await database.tenant(2).write(
        AuditEvent(.verified, "history", by: nil, after: #"{"damages": 1}"#).insertion)
      #expect(try await Doctor.examine(database).last?.contains("the history of new was tampered with") == true)
    }
  }

  @Test("routes that only staff may call refuse everybody else before their handler runs")
  func access() async throws {
    let town = try await Township()
    let citizen = try await town.somebody(.citizen)
    let (reference, _) = try await town.report()
    var count = 0
    for route in town.installation.handler.router.routes {
      guard case .staff = route.access else { continue }
      count += 1
      let path = route.template.replacing("{reference}", with: reference).replacing("{template}", with: "1")
        .replacing("{rule}", with: "1").replacing("{person}", with: "1")
        .replacing("{area}", with: "a:b")
        .replacing("{invitation}", with: "1")
        .replacing("{id}", with: "00000000-0000-4000-8000-000000000000")
      // A browser is led to sign in.
      let refusal = Paths.isPage(route.template) && route.method.isSafe ? 303 : 401
      #expect(try await town.anonymous.send(route.method, path, nil).status == refusal, "\(route.template)")
      // Before it asks for a body: a stranger is not told what the call would take.
      #expect(try await citizen.send(route.method, path, nil).status == 403, "\(route.template)")
    }
    #expect(count >= 3)
  }

  @Test("every problem code has a status of its kind and a sentence")
  func codes() {
    for code in Problem.Code.allCases {
      #expect((400...599).contains(code.status.code))
      #expect(code.title.hasSuffix("."))
    }
  }

  @Test("a wrong configuration is told whole, and never tells a secret")
  func configuration() {
    do {
      _ = try ServeConfiguration(environment: ["LAMPPOST_SECRET": "c2hvcnQ=", "LAMPPOST_MAX_FILES": "many"])
      Issue.record("it was taken")
    } catch {
      #expect(error.mistakes.count == 6)
      #expect(!error.description.contains("c2hvcnQ="))
    }
  }
}
