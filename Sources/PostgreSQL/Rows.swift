internal import CPostgreSQL

/// What a statement returned. Values are read straight out of libpq's memory, which lives as long as any row of it.
public struct Rows: RandomAccessCollection, Sendable {
  let storage: ResultStorage
  public let startIndex = 0
  public let endIndex: Int

  init(_ storage: ResultStorage) {
    self.storage = storage
    endIndex = storage.rowCount
  }

  public subscript(position: Int) -> Row {
    precondition(position >= 0 && position < endIndex, "row out of range")
    return Row(storage: storage, index: position)
  }

  /// How many rows the statement inserted, updated, deleted, copied or selected.
  public var affected: Int { storage.affected }

  public var columnNames: [String] { storage.columnNames }
}

/// One row; a reference into its `Rows`, cheap to copy.
public struct Row: Sendable {
  @usableFromInline let storage: ResultStorage
  @usableFromInline let index: Int

  /// - Parameter column: from 0.
  /// - Throws: `DatabaseError` of kind `.decoding` for a NULL, another type or a value that does not fit.
  @inlinable
  public func get<Value: ColumnDecodable>(_ column: Int, as type: Value.Type = Value.self) throws -> Value {
    do {
      return try Value.decode(storage.column(index, column))
    } catch {
      throw storage.error(error, column: column, as: Value.self)
    }
  }

  /// - Parameter name: as the statement names it; the first of several.
  @inlinable
  public func get<Value: ColumnDecodable>(_ name: String, as type: Value.Type = Value.self) throws -> Value {
    try get(storage.columnIndex(name), as: type)
  }

  /// The row's first columns as a tuple: `let (id, title) = try row.decode(Int.self, String.self)`.
  @inlinable
  public func decode<each Value: ColumnDecodable>(_ types: repeat (each Value).Type) throws -> (repeat each Value) {
    var column = -1
    func next<Next: ColumnDecodable>(_ type: Next.Type) throws -> Next {
      column += 1
      return try get(column)
    }
    return (repeat try next(each types))
  }
}

/// Owns a PGresult.
@usableFromInline
// Unchecked: libpq documents a PGresult as read-only once returned and safe to read from several threads; it is freed
// once, by the last reference.
final class ResultStorage: @unchecked Sendable {
  private let result: OpaquePointer
  let rowCount: Int
  private let columnCount: Int

  init(_ result: OpaquePointer) {
    self.result = result
    rowCount = Int(PQntuples(result))
    columnCount = Int(PQnfields(result))
  }

  deinit { PQclear(result) }

  var affected: Int { Int(String(cString: PQcmdTuples(result))) ?? 0 }

  var columnNames: [String] { (0..<columnCount).map { String(cString: PQfname(result, Int32($0))) } }

  @usableFromInline
  func column(_ row: Int, _ column: Int) throws(ColumnMismatch) -> Column {
    guard column >= 0, column < columnCount else { throw .range }
    let (row, column) = (Int32(row), Int32(column))
    let typeID = PQftype(result, column)
    guard PQgetisnull(result, row, column) == 0, let start = PQgetvalue(result, row, column) else {
      return Column(typeID: typeID, bytes: nil)
    }
    return Column(typeID: typeID, bytes: .init(start: start, count: Int(PQgetlength(result, row, column))))
  }

  @usableFromInline
  func columnIndex(_ name: String) throws -> Int {
    for column in 0..<columnCount where name == String(cString: PQfname(result, Int32(column))) { return column }
    throw DatabaseError(.decoding, "no such column; there are \(columnNames)", column: name)
  }

  @usableFromInline
  func error(_ mismatch: ColumnMismatch, column: Int, as type: Any.Type) -> DatabaseError {
    guard column >= 0, column < columnCount else {
      return DatabaseError(.decoding, "column \(column) of \(columnCount)")
    }
    let name = String(cString: PQfname(result, Int32(column)))
    let reason =
      switch mismatch {
      case .null: "is NULL"
      case .type(let typeID): "is of type \(typeID)"
      case .range: "does not fit"
      }
    return DatabaseError(.decoding, "\(reason), read as \(type)", column: name)
  }
}
