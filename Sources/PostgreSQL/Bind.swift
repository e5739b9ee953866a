internal import FoundationEssentials
internal import Glibc

/// A value on its way to the server. Made by `Bindable` alone.
public struct Bind: Sendable {
  enum Value: Sendable {
    case null
    /// Sent as text; the only case the server parses.
    case text(String)
    case bool(Bool)
    case int16(Int16)
    case int32(Int32)
    case int64(Int64)
    case uuid(UUID)
    /// Microseconds since 2000-01-01 UTC.
    case timestamp(Int64)
    case bytes([UInt8])
    case array(element: UInt32, [Bind])
    /// Not to be expressed in PostgreSQL: refused when the statement is sent.
    case invalid
  }

  let typeID: UInt32
  let value: Value

  init(_ typeID: UInt32, _ value: Value) {
    self.typeID = typeID
    self.value = value
  }

  var isText: Bool {
    if case .text = value { true } else { false }
  }

  /// Appends the value in the wire's form: text ends with the NUL that libpq looks for, all else is binary.
  func encode(into buffer: inout [UInt8]) throws(DatabaseError) {
    switch value {
    case .null: break
    case .text(let text):
      try text.appendUTF8(to: &buffer)
      buffer.append(0)
    case .bool(let value): buffer.append(value ? 1 : 0)
    case .int16(let value): buffer.append(bigEndian: value)
    case .int32(let value): buffer.append(bigEndian: value)
    case .int64(let value): buffer.append(bigEndian: value)
    case .timestamp(let value): buffer.append(bigEndian: value)
    case .uuid(let value): withUnsafeBytes(of: value.uuid) { buffer.append(contentsOf: $0) }
    case .bytes(let bytes): buffer.append(contentsOf: bytes)
    case .array(let element, let items): try encodeArray(of: element, items, into: &buffer)
    case .invalid: throw DatabaseError(.invalidValue, "a value outside PostgreSQL's range")
    }
  }

  /// Dimensions, whether there are NULLs, element type; per dimension its size and lower bound; then the elements,
  /// each behind its length.
  private func encodeArray(
    of element: UInt32, _ items: [Bind], into buffer: inout [UInt8]
  ) throws(DatabaseError) {
    buffer.append(bigEndian: Int32(items.isEmpty ? 0 : 1))
    buffer.append(bigEndian: Int32(0))
    buffer.append(bigEndian: element)
    guard !items.isEmpty else { return }
    buffer.append(bigEndian: Int32(clamping: items.count))
    buffer.append(bigEndian: Int32(1))
    for item in items {
      let start = buffer.count
      buffer.append(bigEndian: Int32(0))
      if case .text(let text) = item.value {
        try text.appendUTF8(to: &buffer)
      } else {
        try item.encode(into: &buffer)
      }
      withUnsafeBytes(of: Int32(clamping: buffer.count - start - 4).bigEndian) {
        buffer.replaceSubrange(start..<start + 4, with: $0)
      }
    }
  }
}

extension [UInt8] {
  mutating func append(bigEndian value: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
  }
}

extension String {
  /// PostgreSQL's text cannot hold U+0000: refused here, since libpq would silently end the text there.
  func appendUTF8(to buffer: inout [UInt8]) throws(DatabaseError) {
    var copy = self
    let valid = copy.withUTF8 { bytes in
      guard !bytes.holdsNUL else { return false }
      buffer.append(contentsOf: bytes)
      return true
    }
    if !valid { throw DatabaseError(.invalidText, "a text holds a NUL") }
  }
}

extension String {
  var holdsNUL: Bool {
    var copy = self
    return copy.withUTF8 { $0.holdsNUL }
  }
}

extension UnsafeBufferPointer<UInt8> {
  /// By the C library, which looks at many bytes at once: statements are some kilobytes long.
  var holdsNUL: Bool { baseAddress.map { memchr($0, 0, count) != nil } ?? false }
}
