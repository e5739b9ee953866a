import Foundation
import Testing

@testable import PostgreSQL

private struct Refused: Error {}

struct CopyTests {
  @Test("every value arrives as it was, tabs, newlines and backslashes included")
  func values() async throws {
    try await withDatabase { database in
      let texts: [String?] = [#"\N"#, nil, "", "a\tb\nc\\d\r\n", #"\."#, "🚧", #"{"x"}"#]
      let bytes: [UInt8] = Array(0...255)
      let identity = UUID()
      let date = Date(timeIntervalSince1970: 1_709_251_199.123456)
      try await database.write { transaction in
        try await transaction.execute(
          """
          CREATE TABLE t (n int, word text, flag bool, ratio float8, single real, id uuid, at timestamptz,
            data bytea, words text[], numbers bigint[], body jsonb)
          """)
        let columns = ["n", "word", "flag", "ratio", "single", "id", "at", "data", "words", "numbers", "body"]
        let count = try await transaction.copy(into: "t", columns: columns) { writer in
          for (number, text) in texts.enumerated() {
            try await writer.write(
              number, text, true, 0.1, Float(-0.5), identity, date, bytes, texts.compactMap(\.self), [1, -2],
              JSONText(#"{"a\\b":"\t"}"#))
          }
        }
        #expect(count == texts.count)
      }
      let rows = try await database.read("SELECT * FROM t ORDER BY n")
      #expect(try rows.map { try $0.get("word", as: String?.self) } == texts)
      let row = rows[3]
      #expect(try row.get("flag", as: Bool.self) && row.get("ratio") == 0.1 && row.get("single") == Float(-0.5))
      #expect(try row.get("id", as: UUID.self) == identity && row.get("at") == date && row.get("data") == bytes)
      #expect(try row.get("words", as: [String].self) == texts.compactMap(\.self) && row.get("numbers") == [1, -2])
      #expect(try row.get("body", as: JSONText.self).text == #"{"a\\b": "\t"}"#)
    }
  }

  @Test("many rows go through a bounded buffer")
  func many() async throws {
    try await withDatabase { database in
      let count = try await database.write { transaction in
        try await transaction.execute("CREATE TABLE t (id int, word text)")
        let long = String(repeating: "x", count: 300_000)
        return try await transaction.copy(into: "t", columns: ["id", "word"]) { writer in
          for number in 0..<100_000 { try await writer.write(number, number % 20_000 == 0 ? long : "w\(number)") }
        }
      }
      #expect(count == 100_000)
      #expect(try await database.value("SELECT sum(length(word)) > 1500000 FROM t", as: Bool.self))
    }
  }

  @Test("an error in the middle leaves nothing, be it the closure's or the server's")
  func errors() async throws {
    try await withDatabase { database in
      try await database.write("CREATE TABLE t (id int)")
      await #expect(throws: Refused.self) {
        try await database.write { transaction in
          try await transaction.copy(into: "t", columns: ["id"]) { writer in
            for number in 0..<50_000 { try await writer.write(number) }
            throw Refused()
          }
        }
      }
      let swallowed = await failure {
        try await database.write { transaction in
          _ = try? await transaction.copy(into: "t", columns: ["id"]) { _ in throw Refused() }
        }
      }
      #expect(swallowed != nil)
      let refused = await failure {
        try await database.write { transaction in
          try await transaction.copy(into: "t", columns: ["id"]) { writer in
            for number in 0..<50_000 { try await writer.write(number == 100 ? "no number" : "\(number)") }
          }
        }
      }
      #expect(refused?.sqlState == SQLState(rawValue: "22P02"))
      let nul = await failure {
        try await database.write { try await $0.copy(into: "t", columns: ["id"]) { try await $0.write("\0") } }
      }
      #expect(nul?.kind == .invalidText)
      let unknown = await failure {
        try await database.write { try await $0.copy(into: "u", columns: ["id"]) { _ in } }
      }
      #expect(unknown?.sqlState == SQLState(rawValue: "42P01"))
      #expect(try await database.value("SELECT count(*) FROM t", as: Int.self) == 0)
      #expect(await database.statistics().primary.connectionsLost == 0)
    }
  }

  @Test("other work of the transaction is refused while rows are copied, and a cancelled copy frees its connection")
  func misuseAndCancellation() async throws {
    try await withDatabase(configure: { $0.leasedConnections = 1 }) { database in
      try await database.write("CREATE TABLE t (id int)")
      let inside = await failure {
        try await database.write { transaction in
          try await transaction.copy(into: "t", columns: ["id"]) { writer in
            try await writer.write(1)
            try await transaction.execute("SELECT 1")
          }
        }
      }
      #expect(inside?.kind == .misuse)
      let endless = Task {
        try await database.write { transaction in
          try await transaction.copy(into: "t", columns: ["id"]) { writer in while true { try await writer.write(1) } }
        }
      }
      #expect(try await eventually { await database.statistics().primary.leased == 1 })
      endless.cancel()
      #expect(await failure { try await endless.value }?.kind == .cancelled)
      #expect(try await database.write("SELECT count(*) FROM t")[0].get(0, as: Int.self) == 0)
    }
  }
}
