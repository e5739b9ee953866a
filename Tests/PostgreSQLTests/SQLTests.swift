import Foundation
import Testing

@testable import PostgreSQL

struct SQLTests {
  @Test("a value becomes a bind and never text")
  func injection() async throws {
    let hostile = "'; DROP TABLE requests; --"
    let sql: SQL = "SELECT \(hostile)::text AS a, '$1' AS b"
    #expect(sql.text == "SELECT $1::text AS a, '$1' AS b")
    try await withDatabase { database in
      let row = try await database.read(sql)[0]
      #expect(try row.get("a", as: String.self) == hostile)
      #expect(try row.get("b", as: String.self) == "$1")
    }
  }

  @Test("a spliced piece has its binds numbered anew, to any depth")
  func splice() {
    let inner: SQL = "b = \(2) OR c = \(3)"
    let middle: SQL = "(\(inner)) AND d = \(4)"
    let outer: SQL = "SELECT \(1) WHERE \(middle) LIMIT \(5)"
    #expect(outer.text == "SELECT $1 WHERE (b = $2 OR c = $3) AND d = $4 LIMIT $5")
    #expect(outer.binds.count == 5)
    var sum: SQL = "x = \(1)"
    sum += " OR y = \(2)"
    #expect((sum + " OR z = \(3)").text == "x = $1 OR y = $2 OR z = $3")
  }

  @Test("pieces are joined with a separator")
  func joined() {
    let pieces: [SQL] = ["a = \(1)", "b = \(2)", "c"]
    #expect(pieces.joined(separator: " AND ").text == "a = $1 AND b = $2 AND c")
    #expect([SQL]().joined(separator: ", ").isEmpty)
    #expect(!("\(1)" as SQL).isEmpty)
  }

  @Test("an identifier is quoted, its own quotes doubled")
  func identifier() async throws {
    let name = #"we"ird; DROP SCHEMA public --"#
    try await withDatabase { database in
      try await database.write("CREATE TABLE \(identifier: name) (\(identifier: "select") int)")
      try await database.write("INSERT INTO \(identifier: name) VALUES (\(7))")
      #expect(try await database.value("SELECT \(identifier: "select") FROM \(identifier: name)", as: Int.self) == 7)
    }
  }

  @Test("a NUL in a text is refused before anything is sent")
  func nul() async throws {
    try await withDatabase { database async throws in
      #expect(await failure { try await database.read("SELECT \("a\0b")") }?.kind == .invalidText)
      #expect(await failure { try await database.read("SELECT \(["a", "\0"])") }?.kind == .invalidText)
      #expect(await failure { try await database.read(SQL(unsafeSQL: "SELECT 1\0; DROP")) }?.kind == .invalidText)
      #expect(await failure { try await database.setting("a.b", to: "\0").read("SELECT 1") }?.kind == .invalidText)
      #expect(try await database.value("SELECT 1", as: Int.self) == 1)
    }
  }

  @Test("more binds than the protocol counts are refused")
  func tooMany() async throws {
    let many = (0...65_535).map { "\($0)" as SQL }.joined(separator: ",")
    try await withDatabase { database in
      #expect(await failure { try await database.read("SELECT ARRAY[\(many)]") }?.kind == .invalidValue)
    }
  }
}
