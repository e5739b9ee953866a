public import FoundationEssentials

/// One value of a result, in the wire's binary form.
public struct Column {
  /// pg_type.oid.
  let typeID: UInt32
  /// Nil for NULL. Points into the result: not to be kept.
  let bytes: UnsafeRawBufferPointer?
}

/// Why a column could not be read; becomes a `DatabaseError` that names the column.
public enum ColumnMismatch: Error {
  case null
  case type(UInt32)
  case range
}

/// A type that a result's column can be read as.
///
/// A type with a raw value conforms by declaring it: its raw values are the column's, others are refused.
public protocol ColumnDecodable {
  static func decode(_ column: Column) throws(ColumnMismatch) -> Self
}

extension ColumnDecodable where Self: RawRepresentable, RawValue: ColumnDecodable {
  @inlinable
  public static func decode(_ column: Column) throws(ColumnMismatch) -> Self {
    guard let value = Self(rawValue: try RawValue.decode(column)) else { throw .range }
    return value
  }
}

extension Optional: ColumnDecodable where Wrapped: ColumnDecodable {
  @inlinable
  public static func decode(_ column: Column) throws(ColumnMismatch) -> Wrapped? {
    column.isNull ? nil : try Wrapped.decode(column)
  }
}

extension Column {
  public var isNull: Bool { bytes == nil }

  func value() throws(ColumnMismatch) -> UnsafeRawBufferPointer {
    guard let bytes else { throw .null }
    return bytes
  }

  /// The server sends numbers big-endian, and not aligned.
  func integer<Value: FixedWidthInteger>(_ type: Value.Type = Value.self) throws(ColumnMismatch) -> Value {
    let bytes = try value()
    guard bytes.count == MemoryLayout<Value>.size else { throw .type(typeID) }
    return Value(bigEndian: bytes.loadUnaligned(as: Value.self))
  }

  func wideInteger() throws(ColumnMismatch) -> Int64 {
    switch typeID {
    case TypeID.int8: try integer()
    case TypeID.int4: Int64(try integer(Int32.self))
    case TypeID.int2: Int64(try integer(Int16.self))
    case TypeID.oid: Int64(try integer(UInt32.self))
    default: throw isNull ? .null : .type(typeID)
    }
  }

  func narrow<Value: FixedWidthInteger>() throws(ColumnMismatch) -> Value {
    guard let value = Value(exactly: try wideInteger()) else { throw .range }
    return value
  }
}

extension Int: ColumnDecodable {
  public static func decode(_ column: Column) throws(ColumnMismatch) -> Int { try column.narrow() }
}

extension Int64: ColumnDecodable {
  public static func decode(_ column: Column) throws(ColumnMismatch) -> Int64 { try column.wideInteger() }
}

extension Int32: ColumnDecodable {
  public static func decode(_ column: Column) throws(ColumnMismatch) -> Int32 { try column.narrow() }
}

extension Int16: ColumnDecodable {
  public static func decode(_ column: Column) throws(ColumnMismatch) -> Int16 { try column.narrow() }
}

extension Bool: ColumnDecodable {
  public static func decode(_ column: Column) throws(ColumnMismatch) -> Bool {
    guard column.typeID == TypeID.bool else { throw .type(column.typeID) }
    return try column.integer(UInt8.self) != 0
  }
}

extension Double: ColumnDecodable {
  public static func decode(_ column: Column) throws(ColumnMismatch) -> Double {
    switch column.typeID {
    case TypeID.float8: Double(bitPattern: try column.integer())
    case TypeID.float4: Double(Float(bitPattern: try column.integer()))
    default: throw .type(column.typeID)
    }
  }
}

extension Float: ColumnDecodable {
  public static func decode(_ column: Column) throws(ColumnMismatch) -> Float {
    guard column.typeID == TypeID.float4 else { throw .type(column.typeID) }
    return Float(bitPattern: try column.integer())
  }
}

/// Text of any kind, JSON, and the labels of enums.
extension String: ColumnDecodable {
  public static func decode(_ column: Column) throws(ColumnMismatch) -> String {
    var bytes = try column.value()
    switch column.typeID {
    case TypeID.text, TypeID.varchar, TypeID.bpchar, TypeID.name, TypeID.json, TypeID.xml, TypeID.unknown,
      TypeID.char:
      // Valid by the server's word: client_encoding is UTF8.
      return String(decoding: bytes, as: UTF8.self)
    case TypeID.jsonb:
      // A version byte stands before the text.
      guard bytes.first == 1 else { throw .type(column.typeID) }
      bytes = UnsafeRawBufferPointer(rebasing: bytes.dropFirst())
      return String(decoding: bytes, as: UTF8.self)
    case TypeID.firstUserDefined...:
      // An enum's label or citext; a geometry holds bytes that are no text.
      guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else {
        throw .type(column.typeID)
      }
      return text
    default: throw .type(column.typeID)
    }
  }
}

extension JSONText: ColumnDecodable {
  public static func decode(_ column: Column) throws(ColumnMismatch) -> JSONText {
    guard column.typeID == TypeID.json || column.typeID == TypeID.jsonb else { throw .type(column.typeID) }
    return JSONText(try String.decode(column))
  }
}

extension UUID: ColumnDecodable {
  public static func decode(_ column: Column) throws(ColumnMismatch) -> UUID {
    let bytes = try column.value()
    guard column.typeID == TypeID.uuid, bytes.count == 16 else { throw .type(column.typeID) }
    return UUID(uuid: bytes.loadUnaligned(as: uuid_t.self))
  }
}

/// A timestamp without zone is taken as UTC, a date as its midnight in UTC.
extension Date: ColumnDecodable {
  public static func decode(_ column: Column) throws(ColumnMismatch) -> Date {
    switch column.typeID {
    case TypeID.timestamptz, TypeID.timestamp: Timestamp.date(microseconds: try column.integer())
    case TypeID.date: Timestamp.date(days: try column.integer())
    default: throw .type(column.typeID)
    }
  }
}
