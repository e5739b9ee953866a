public import FoundationEssentials

/// What an array column may consist of: `[UInt8]` is a bytea (or any type's raw bytes), all others one-dimensional
/// arrays without NULLs.
public protocol ColumnElement {
  static func decodeArray(_ column: Column) throws(ColumnMismatch) -> [Self]
}

extension Array: ColumnDecodable where Element: ColumnElement {
  public static func decode(_ column: Column) throws(ColumnMismatch) -> [Element] { try Element.decodeArray(column) }
}

extension UInt8: ColumnElement {
  public static func decodeArray(_ column: Column) throws(ColumnMismatch) -> [UInt8] {
    let bytes = try column.value()
    guard column.typeID == TypeID.bytea || column.typeID >= TypeID.firstUserDefined else {
      throw .type(column.typeID)
    }
    return [UInt8](bytes)
  }
}

extension ColumnElement where Self: ColumnDecodable {
  /// The form is described at `Bind.encodeArray`.
  public static func decodeArray(_ column: Column) throws(ColumnMismatch) -> [Self] {
    var rest = try column.value()
    func next(_ count: Int) throws(ColumnMismatch) -> UnsafeRawBufferPointer {
      guard count >= 0, count <= rest.count else { throw .type(column.typeID) }
      defer { rest = UnsafeRawBufferPointer(rebasing: rest[count...]) }
      return UnsafeRawBufferPointer(rebasing: rest[..<count])
    }
    func number() throws(ColumnMismatch) -> Int32 { Int32(bigEndian: try next(4).loadUnaligned(as: Int32.self)) }
    let dimensions = try number()
    _ = try number()
    let element = UInt32(bitPattern: try number())
    guard dimensions != 0 else { return [] }
    guard dimensions == 1, TypeID.array(of: element) == column.typeID || element == TypeID.varchar else {
      throw .type(column.typeID)
    }
    let count = Int(try number())
    _ = try number()
    var values: [Self] = []
    // Each element takes 4 bytes at least: a wrong count cannot make us reserve without end.
    values.reserveCapacity(Swift.min(Swift.max(count, 0), rest.count / 4))
    while values.count < count {
      let length = Int(try number())
      guard length >= 0 else { throw .null }
      values.append(try decode(Column(typeID: element, bytes: try next(length))))
    }
    return values
  }
}

extension String: ColumnElement {}
extension Bool: ColumnElement {}
extension Int: ColumnElement {}
extension Int16: ColumnElement {}
extension Int32: ColumnElement {}
extension Int64: ColumnElement {}
extension Float: ColumnElement {}
extension Double: ColumnElement {}
extension UUID: ColumnElement {}
extension Date: ColumnElement {}
