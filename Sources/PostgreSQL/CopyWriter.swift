/// Takes the rows of a COPY. Holds 64 kB (or one row, if that is longer) and waits while the server is behind.
public struct CopyWriter: ~Copyable {
  private static let capacity = 64 * 1024

  private let server: Server
  private let lease: Lease.ID
  private var buffer: [UInt8] = []

  init(server: Server, lease: Lease.ID) {
    self.server = server
    self.lease = lease
    buffer.reserveCapacity(Self.capacity)
  }

  /// One row: a value for each of the columns named, in their order.
  public mutating func write(_ values: any Bindable...) async throws {
    try await write(row: values.map(\.bind))
  }

  /// One row as binds: `[id.bind, title.bind]`.
  public mutating func write(row: [Bind]) async throws {
    for (index, value) in row.enumerated() {
      if index > 0 { buffer.append(UInt8(ascii: "\t")) }
      try CopyText.append(value, to: &buffer)
    }
    buffer.append(UInt8(ascii: "\n"))
    if buffer.count >= Self.capacity { try await flush() }
  }

  mutating func flush() async throws {
    guard !buffer.isEmpty else { return }
    _ = try await server.run(.copyData(lease, buffer))
    buffer.removeAll(keepingCapacity: true)
  }
}

extension Transaction {
  /// Adds rows by COPY, the fastest way for many. A table with row-level security refuses COPY: fill a temporary
  /// table and go on with INSERT … SELECT.
  /// - Parameters:
  ///   - table: a name, or `schema.name`.
  ///   - body: writes the rows; when it throws none of them is kept, and the transaction cannot be committed.
  /// - Returns: how many rows were added.
  @discardableResult
  public func copy(
    into table: String, columns: [String], _ body: (inout CopyWriter) async throws -> Void
  ) async throws -> Int {
    let name = table.split(separator: ".").map { "\(identifier: String($0))" as SQL }.joined(separator: ".")
    let list = columns.map { "\(identifier: $0)" as SQL }.joined(separator: ", ")
    let text = ("COPY \(name) (\(list)) FROM STDIN" as SQL).text
    guard !text.utf8.contains(0) else { throw DatabaseError(.invalidText, "a name holds a NUL") }
    // BEGIN and the settings, if nothing was sent yet.
    _ = try await server.run(.statements(id, []))
    _ = try await server.run(.copyStart(id, text))
    do {
      var writer = CopyWriter(server: server, lease: id)
      try await body(&writer)
      try await writer.flush()
      return try await server.run(.copyEnd(id, failed: false))[0].affected
    } catch {
      // Refused as misuse where the COPY has ended already.
      _ = try? await server.finish(.copyEnd(id, failed: true))
      throw error
    }
  }
}

/// COPY's text format: tabs between columns, backslashes before what is special, `\N` for NULL.
enum CopyText {
  static func append(_ bind: Bind, to buffer: inout [UInt8]) throws(DatabaseError) {
    guard let text = try text(bind) else { return buffer.append(contentsOf: [0x5C, UInt8(ascii: "N")]) }
    let start = buffer.count
    try text.appendUTF8(to: &buffer)
    // Most values need no escape: one look, and no second copy.
    guard buffer[start...].contains(where: { escape($0) != nil }) else { return }
    let raw = Array(buffer[start...])
    buffer.removeSubrange(start...)
    for byte in raw {
      if let escaped = escape(byte) { buffer.append(contentsOf: [0x5C, escaped]) } else { buffer.append(byte) }
    }
  }

  private static func escape(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x5C: 0x5C
    case 0x09: UInt8(ascii: "t")
    case 0x0A: UInt8(ascii: "n")
    case 0x0D: UInt8(ascii: "r")
    default: nil
    }
  }

  /// What the column type's input function reads.
  private static func text(_ bind: Bind) throws(DatabaseError) -> String? {
    switch bind.value {
    case .null: return nil
    case .text(let text): return text
    case .bool(let value): return value ? "t" : "f"
    case .int16(let value): return String(value)
    case .int32(let value):
      return bind.typeID == TypeID.float4 ? "\(Float(bitPattern: UInt32(bitPattern: value)))" : String(value)
    case .int64(let value):
      return bind.typeID == TypeID.float8 ? "\(Double(bitPattern: UInt64(bitPattern: value)))" : String(value)
    case .uuid(let value): return value.uuidString
    case .timestamp(let value): return Timestamp.text(microseconds: value)
    case .bytes(let bytes): return "\\x" + hexadecimal(bytes)
    case .array(_, let items):
      var elements: [String] = []
      for item in items { elements.append(try text(item).map(quoted) ?? "NULL") }
      return "{" + elements.joined(separator: ",") + "}"
    case .invalid: throw DatabaseError(.invalidValue, "a value outside PostgreSQL's range")
    }
  }

  private static func quoted(_ element: String) -> String {
    var text = "\""
    for scalar in element.unicodeScalars {
      if scalar == "\"" || scalar == "\\" { text.unicodeScalars.append("\\") }
      text.unicodeScalars.append(scalar)
    }
    return text + "\""
  }

  private static func hexadecimal(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(unsafeUninitializedCapacity: bytes.count * 2) { target in
      for (index, byte) in bytes.enumerated() {
        target[index * 2] = digits[Int(byte >> 4)]
        target[index * 2 + 1] = digits[Int(byte & 15)]
      }
      return bytes.count * 2
    }
  }
}
