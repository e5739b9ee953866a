import Foundation
import Testing

@testable import PostgreSQL

private enum Color: String, Bindable, ColumnDecodable { case red, green }

struct ValueTests {
  /// What went in comes out, also as a column of a table.
  private func roundTrip<Value: Bindable & ColumnDecodable & Equatable>(
    _ database: Database, _ values: [Value], as type: String
  ) async throws {
    for value in values {
      #expect(try await database.value("SELECT \(value)::\(SQL(unsafeSQL: type))", as: Value.self) == value)
      let null = try await database.value("SELECT \(nil as Value?)::\(SQL(unsafeSQL: type))", as: Value?.self)
      #expect(null == nil)
    }
  }

  @Test("every type comes back as it went in")
  func roundTrips() async throws {
    try await withDatabase { database in
      try await roundTrip(database, [0, 1, -1, Int.max, Int.min], as: "bigint")
      try await roundTrip(database, [Int32.min, .max], as: "int")
      try await roundTrip(database, [Int16.min, .max], as: "smallint")
      try await roundTrip(database, [Int64.min, .max], as: "bigint")
      try await roundTrip(database, [true, false], as: "boolean")
      try await roundTrip(
        database, [0.1, -0.0, .infinity, .leastNonzeroMagnitude, .greatestFiniteMagnitude], as: "double precision")
      try await roundTrip(database, [Float(0.1), -.infinity], as: "real")
      try await roundTrip(database, [UUID(), UUID()], as: "uuid")
      try await roundTrip(
        database, ["", "a", "Straße 🚧 中文 \u{301}", "\\ ' \" \n \t $1", String(repeating: "ä", count: 5_000_000)],
        as: "text")
      try await roundTrip(database, [[], [0, 1, 255], [UInt8](repeating: 0, count: 1_000_000)], as: "bytea")
      try await roundTrip(database, [JSONText(#"{"a": "ü"}"#)], as: "jsonb")
      try await roundTrip(database, [Color.red, .green], as: "text")
      #expect(try await database.value("SELECT \(Double.nan)::float8", as: Double.self).isNaN)
    }
  }

  @Test("arrays come back as they went in, and serve = ANY")
  func arrays() async throws {
    try await withDatabase { database in
      try await roundTrip(database, [[], ["a", "", #"{"},\"#, "NULL", "🚧"]], as: "text[]")
      try await roundTrip(database, [[], [1, -2, Int.max]], as: "bigint[]")
      try await roundTrip(database, [[Int32(1), .min]], as: "int[]")
      try await roundTrip(database, [[UUID(), UUID()]], as: "uuid[]")
      try await roundTrip(database, [[true, false]], as: "boolean[]")
      try await roundTrip(database, [[0.5, -1]], as: "float8[]")
      let found = try await database.read("SELECT n FROM generate_series(1, 9) n WHERE n = ANY(\([3, 5, 77]))")
      #expect(try found.map { try $0.get(0, as: Int.self) } == [3, 5])
    }
  }

  @Test("an array with a NULL, or of two dimensions, is refused")
  func oddArrays() async throws {
    try await withDatabase { database in
      for sql in ["SELECT ARRAY[1, NULL]", "SELECT ARRAY[[1, 2], [3, 4]]", "SELECT ARRAY['a']"] as [SQL] {
        #expect(await failure { try await database.value(sql, as: [Int].self) }?.kind == .decoding)
      }
    }
  }

  @Test("an integer of any width is read if it fits")
  func widths() async throws {
    try await withDatabase { database in
      let row = try await database.read("SELECT 1::smallint, 2::int, 3::bigint, 70000::int")[0]
      let (a, b, c) = try row.decode(Int.self, Int.self, Int.self)
      #expect((a, b, c) == (1, 2, 3))
      #expect(try row.get(2, as: Int16.self) == 3)
      #expect(throws: DatabaseError.self) { try row.get(3, as: Int16.self) }
    }
  }

  @Test("timestamps keep their microseconds, near and far")
  func timestamps() async throws {
    try await withDatabase { database in
      for (text, unix) in [
        ("1970-01-01 00:00:00+00", 0.0), ("2024-02-29 23:59:59.123456+00", 1_709_251_199.123456),
        ("0001-01-01 00:00:00+00", -62_135_596_800), ("9999-12-31 23:59:59+00", 253_402_300_799),
        ("294276-12-31 00:00:00+00", 9_224_318_015_999 - 86_399), ("4713-01-01 00:00:00+00 BC", -210_863_520_000 + 0),
      ] {
        let date = try await database.value("SELECT \(text)::timestamptz", as: Date.self)
        if !text.hasSuffix("BC") { #expect(abs(date.timeIntervalSince1970 - unix) < 0.000_01) }
        #expect(try await database.value("SELECT \(date) = \(text)::timestamptz", as: Bool.self), "\(text)")
        let microseconds = try #require(Timestamp.microseconds(date))
        let copied = Timestamp.text(microseconds: microseconds)
        #expect(try await database.value("SELECT \(copied)::timestamptz = \(date)", as: Bool.self), "\(copied)")
      }
      let row = try await database.read("SELECT 'infinity'::timestamptz, '-infinity'::timestamptz, '2000-01-02'::date")[
        0]
      let (late, early, day) = try row.decode(Date.self, Date.self, Date.self)
      #expect(late == .distantFuture && early == .distantPast)
      #expect(day.timeIntervalSince1970 == 946_771_200)
      #expect(try await database.value("SELECT \(Date.distantFuture) = 'infinity'", as: Bool.self))
      let beyond = Date(timeIntervalSinceReferenceDate: 1e15)
      #expect(await failure { try await database.read("SELECT \(beyond)") }?.kind == .invalidValue)
    }
  }

  @Test("text, names, JSON and an enum's labels are read as strings, and bytes of another kind are not")
  func strings() async throws {
    try await withDatabase { database in
      try await database.write("CREATE TYPE mood AS ENUM ('happy', 'Süß')")
      let row = try await database.read(
        "SELECT 'a'::varchar(3), 'b'::name, '[1]'::json, '[1]'::jsonb, 'Süß'::mood, 1.5::numeric")[0]
      #expect(try (0..<5).map { try row.get($0, as: String.self) } == ["a", "b", "[1]", "[1]", "Süß"])
      #expect(throws: DatabaseError.self) { try row.get(5, as: String.self) }
    }
  }

  @Test("an error of decoding names the column and the type")
  func decodingErrors() async throws {
    try await withDatabase { database in
      let row = try await database.read("SELECT NULL::int AS missing, 'secret' AS word, 'blue' AS color")[0]
      do {
        _ = try row.get("missing", as: Int.self)
        Issue.record("a NULL was read")
      } catch let error as DatabaseError {
        #expect(error.kind == .decoding && error.column == "missing")
        #expect(error.debugDescription.contains("Int") && !error.description.contains("missing"))
      }
      for read in [
        { _ = try row.get("word", as: Int.self) }, { _ = try row.get("color", as: Color.self) },
        { _ = try row.get("absent", as: Int.self) }, { _ = try row.get(9, as: Int.self) },
        { _ = try row.get(-1, as: Int.self) },
      ] as [() throws -> Void] {
        let error = #expect(throws: DatabaseError.self) { try read() }
        #expect(error?.kind == .decoding)
        #expect(error?.debugDescription.contains("secret") == false)
      }
    }
  }

  @Test("rows know how many there are, how many a statement touched, and outlive their connection")
  func rows() async throws {
    let rows = try await withDatabase { database in
      try await database.write("CREATE TABLE t (id int)")
      #expect(try await database.write("INSERT INTO t SELECT generate_series(1, 5)").affected == 5)
      #expect(try await database.write("DELETE FROM t WHERE id > 3 RETURNING id").count == 2)
      return try await database.read("SELECT id, id::text AS name FROM t ORDER BY id")
    }
    #expect(rows.columnNames == ["id", "name"])
    #expect(try rows.map { try $0.get("name", as: String.self) } == ["1", "2", "3"])
    #expect(try rows.last?.get(0, as: Int.self) == 3)
  }
}
