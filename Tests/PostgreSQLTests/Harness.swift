import EventLoop
import Foundation
import Testing

@testable import PostgreSQL

struct MissingServer: Error, CustomStringConvertible {
  let description = "TEST_DATABASE_URL is not set: run ./deploy.sh test"
}

func testURL() throws -> String {
  guard let url = ProcessInfo.processInfo.environment["TEST_DATABASE_URL"], !url.isEmpty else { throw MissingServer() }
  return url
}

func adding(_ parameter: String, to url: String) -> String {
  url + (url.contains("?") ? "&" : "?") + parameter
}

/// A client whose statements live in a schema of their own, dropped afterwards.
func withDatabase<Value: Sendable>(
  url: String? = nil, configure: (inout Database.Configuration) -> Void = { _ in },
  _ body: (Database) async throws -> Value
) async throws -> Value {
  let schema = "test_" + UUID().uuidString.prefix(8).lowercased()
  let loop = EventLoop(name: "test")
  defer { loop.stop() }
  let base = try url ?? testURL()
  var configuration = Database.Configuration(url: adding("options=-csearch_path%3D\(schema)%2Cpublic", to: base))
  configure(&configuration)
  let database = Database(configuration, loop: loop)
  await Turnstile.shared.enter()
  let result: Result<Value, any Error>
  do {
    try await database.start(within: .seconds(30))
    try await database.write("CREATE SCHEMA \(identifier: schema)")
    result = .success(try await body(database))
  } catch { result = .failure(error) }
  // A private server may be down by now, and goes away as a whole.
  if url == nil { _ = try? await database.write("DROP SCHEMA \(identifier: schema) CASCADE") }
  await database.shutdown()
  await Turnstile.shared.leave()
  return try result.get()
}

/// A server takes a hundred connections, and other suites want some: few tests use it at once.
actor Turnstile {
  static let shared = Turnstile(places: 5)
  private var places: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  init(places: Int) { self.places = places }

  func enter() async {
    if places > 0 { places -= 1 } else { await withCheckedContinuation { waiting.append($0) } }
  }

  func leave() {
    if waiting.isEmpty { places += 1 } else { waiting.removeFirst().resume() }
  }
}

/// The kind of the `DatabaseError` that `body` throws.
func failure(_ body: () async throws -> some Any) async -> DatabaseError? {
  do {
    _ = try await body()
    return nil
  } catch {
    return error as? DatabaseError
  }
}

/// Asks until the answer is yes; a hang guard of 30 seconds.
func eventually(_ condition: () async throws -> Bool) async throws -> Bool {
  let start = ContinuousClock.now
  while .now - start < .seconds(30) {
    if try await condition() { return true }
    try await Task.sleep(for: .milliseconds(5))
  }
  return false
}

extension Database {
  func value<Value: ColumnDecodable>(_ sql: SQL, as type: Value.Type = Value.self) async throws -> Value {
    try await read(sql)[0].get(0)
  }
}
