public import FoundationEssentials

/// One numbered file of SQL: `0001_name.sql`.
public struct Migration: Sendable, Hashable {
  /// From 1, without gaps.
  public let number: Int
  public let file: String
  /// When it was applied to this database; nil: not yet.
  public internal(set) var appliedAt: Date?
  let text: String

  /// The first line `-- no-transaction` marks a file of one statement that cannot run in a transaction
  /// (CREATE INDEX CONCURRENTLY). It should be safe to run twice: its note that it is done is written after it.
  var isTransactional: Bool {
    text.prefix { !$0.isNewline }.trimmingPrefix("--").filter { !$0.isWhitespace } != "no-transaction"
  }

  /// The migrations of a folder, in order.
  static func all(in directory: String) throws -> [Migration] {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: directory) else {
      throw MigrationError(file: directory, reason: "the folder cannot be read")
    }
    var migrations: [Migration] = []
    for name in names.sorted() where name.hasSuffix(".sql") {
      guard let number = number(of: name) else {
        throw MigrationError(file: name, reason: "its name is not like 0001_name.sql")
      }
      guard let data = FileManager.default.contents(atPath: directory + "/" + name),
        let text = String(validating: data, as: UTF8.self), !text.utf8.contains(0)
      else { throw MigrationError(file: name, reason: "it cannot be read as UTF-8") }
      migrations.append(Migration(number: number, file: name, appliedAt: nil, text: text))
    }
    migrations.sort { $0.number < $1.number }
    for (index, migration) in migrations.enumerated() where migration.number != index + 1 {
      let isTwice = index > 0 && migrations[index - 1].number == migration.number
      throw MigrationError(
        file: migration.file, reason: isTwice ? "its number is taken twice" : "number \(index + 1) is missing before it"
      )
    }
    return migrations
  }

  private static func number(of name: String) -> Int? {
    let digits = name.prefix { $0.isASCII && $0.isNumber }
    guard digits.count == 4, name.dropFirst(4).first == "_", name.utf8.count > "0001_.sql".utf8.count else {
      return nil
    }
    return Int(digits)
  }
}

/// Why the database cannot be brought up to date. For the operator: names the file, the line and what the server said.
public struct MigrationError: Error, Sendable, CustomStringConvertible {
  public let file: String
  /// From 1, where the server told.
  public let line: Int?
  public let sqlState: SQLState?
  public let reason: String

  init(file: String, line: Int? = nil, sqlState: SQLState? = nil, reason: String) {
    self.file = file
    self.line = line
    self.sqlState = sqlState
    self.reason = reason
  }

  init(_ error: DatabaseError, in migration: Migration) {
    // The server counts characters from 1.
    let before = error.position.map { migration.text.unicodeScalars.prefix(max(0, $0 - 1)) }
    self.init(
      file: migration.file, line: before.map { $0.count { $0 == "\n" } + 1 }, sqlState: error.sqlState,
      reason: error.message)
  }

  public var description: String {
    let place = line.map { "\(file), line \($0)" } ?? file
    return "\(place): \(reason)" + (sqlState.map { " (\($0.rawValue))" } ?? "")
  }
}
