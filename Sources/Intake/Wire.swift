/// Numbers and short texts as bytes, for the two ends of one machine.
struct WireWriter {
  private(set) var bytes: [UInt8] = []

  mutating func write(byte: UInt8) { bytes.append(byte) }

  mutating func write(_ integer: Int) {
    withUnsafeBytes(of: Int64(integer).littleEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func write(_ text: String) {
    let text = text.utf8.prefix(WireReader.textLimit)
    bytes.append(UInt8(text.count))
    bytes.append(contentsOf: text)
  }
}

/// Reads what `WireWriter` wrote, or finds that somebody else wrote it.
struct WireReader {
  static let textLimit = 200

  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { position == bytes.count }

  mutating func byte() -> UInt8? {
    guard position < bytes.count else { return nil }
    defer { position += 1 }
    return bytes[position]
  }

  /// Zero or more.
  mutating func integer() -> Int? {
    guard bytes.count - position >= 8 else { return nil }
    defer { position += 8 }
    let value = bytes[position..<position + 8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return Int(exactly: value)
  }

  /// Printable ASCII: whatever else a stranger makes an engine say becomes `?`.
  mutating func text() -> String? {
    guard let count = byte(), count <= Self.textLimit, bytes.count - position >= Int(count) else { return nil }
    defer { position += Int(count) }
    let printable = bytes[position..<position + Int(count)].map { (32...126).contains($0) ? $0 : UInt8(ascii: "?") }
    return String(decoding: printable, as: UTF8.self)
  }

  mutating func element<Element>(of all: [Element]) -> Element? {
    guard let index = byte(), index < all.count else { return nil }
    return all[Int(index)]
  }
}
