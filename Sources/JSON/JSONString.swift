/// Strings are most of what is written, so runs that need no escape are copied whole, eight bytes looked at together.
extension String: JSONWritable {
  public func write(to json: inout JSONWriter) {
    json.bytes.append(UInt8(ascii: "\""))
    let contiguous: Void? = utf8.withContiguousStorageIfAvailable { json.append(escaping: $0) }
    if contiguous == nil {
      var copy = self
      copy.withUTF8 { json.append(escaping: $0) }
    }
    json.bytes.append(UInt8(ascii: "\""))
  }
}

extension JSONWriter {
  mutating func append(escaping text: UnsafeBufferPointer<UInt8>) {
    var start = 0
    while true {
      let end = text.nextEscape(from: start)
      if end > start { bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[start..<end])) }
      guard end < text.count else { return }
      append(escaped: text[end])
      start = end + 1
    }
  }

  private mutating func append(escaped byte: UInt8) {
    bytes.append(UInt8(ascii: "\\"))
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
    case 0x08: bytes.append(UInt8(ascii: "b"))
    case 0x09: bytes.append(UInt8(ascii: "t"))
    case 0x0A: bytes.append(UInt8(ascii: "n"))
    case 0x0C: bytes.append(UInt8(ascii: "f"))
    case 0x0D: bytes.append(UInt8(ascii: "r"))
    default:
      let low = byte & 0x0F
      bytes.append(contentsOf: [UInt8(ascii: "u"), UInt8(ascii: "0"), UInt8(ascii: "0"), UInt8(ascii: "0") + byte >> 4])
      bytes.append(low < 10 ? UInt8(ascii: "0") + low : UInt8(ascii: "a") + low - 10)
    }
  }
}

extension UnsafeBufferPointer<UInt8> {
  /// Where the next quote, backslash or control character stands, or `count`.
  ///
  /// The word-wide test is the classic "has a byte less than n": its lowest mark is exact, those above it may be
  /// carried over, and only the lowest is used.
  fileprivate func nextEscape(from start: Int) -> Int {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let highs: UInt64 = 0x8080_8080_8080_8080
    var index = start
    while index + 8 <= count {
      let word = UInt64(littleEndian: UnsafeRawPointer(baseAddress! + index).loadUnaligned(as: UInt64.self))
      let quote = word ^ (ones &* 0x22)
      let backslash = word ^ (ones &* 0x5C)
      let marks =
        ((word &- ones &* 0x20) & ~word | (quote &- ones) & ~quote | (backslash &- ones) & ~backslash) & highs
      if marks != 0 { return index + marks.trailingZeroBitCount / 8 }
      index += 8
    }
    while index < count {
      let byte = self[index]
      if byte < 0x20 || byte == 0x22 || byte == 0x5C { return index }
      index += 1
    }
    return count
  }
}
