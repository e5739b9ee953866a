import Compression
import Testing

/// `printf 'lamp' | gzip -n`.
private let lamp: [UInt8] = [
  0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0xCB, 0x49, 0xCC, 0x2D, 0x00, 0x00, 0x66, 0x52, 0xF7,
  0x99, 0x04, 0x00, 0x00, 0x00,
]

/// Gzip around what zlib deflated: its stream without the two bytes before and the four after.
private func gzip(_ bytes: [UInt8]) -> [UInt8] {
  let checksum = Zlib.crc32(bytes)
  let count = UInt32(truncatingIfNeeded: bytes.count)
  return lamp.prefix(10) + Zlib.deflate(bytes, level: 9).dropFirst(2).dropLast(4)
    + [checksum, count].flatMap { number in (0..<4).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) } }
}

private func gunzip(_ pieces: [[UInt8]], limit: Int = 1 << 30) throws -> [UInt8] {
  var reader = GzipReader(outputLimit: limit)
  var output: [UInt8] = []
  for piece in pieces { try reader.inflate(piece) { output.append(contentsOf: $0) } }
  try reader.finish()
  return output
}

struct CompressionTests {
  @Test("a file of gzip's own is read, in one piece or byte by byte")
  func foreign() throws {
    #expect(try gunzip([lamp]) == Array("lamp".utf8))
    #expect(try gunzip(lamp.map { [$0] } + [[]]) == Array("lamp".utf8))
  }

  @Test("members put together are read as one, wherever the pieces are cut")
  func members() throws {
    let long = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 * $0 / 7) }
    let both = gzip(long) + lamp
    for size in [1, 1000, 65_536, both.count] {
      let pieces = stride(from: 0, to: both.count, by: size).map { Array(both[$0..<min($0 + size, both.count)]) }
      #expect(try gunzip(pieces) == long + Array("lamp".utf8))
    }
  }

  @Test("what ends early is an error, wherever it ends")
  func truncated() {
    for count in 0..<lamp.count {
      #expect(throws: CompressionError.truncated) { try gunzip([Array(lamp.prefix(count))]) }
    }
  }

  @Test("damage, other formats and what follows a member are errors, and stay so")
  func damaged() throws {
    for place in [0, 1, 2, 11, 17, 21] {
      var bytes = lamp
      bytes[place] ^= 0x41
      #expect(throws: CompressionError.self) { try gunzip([bytes]) }
    }
    #expect(throws: CompressionError.damaged) { try gunzip([lamp + [0x00, 0x01]]) }
    #expect(throws: CompressionError.damaged) { try gunzip([Zlib.deflate(lamp)]) }
    var reader = GzipReader(outputLimit: 100)
    #expect(throws: CompressionError.damaged) { try reader.inflate([0, 0, 0]) { _ in } }
    #expect(throws: CompressionError.damaged) { try reader.inflate(lamp) { _ in } }
  }

  @Test("a bomb stops at the limit of output")
  func bomb() throws {
    let bomb = gzip([UInt8](repeating: 0, count: 10_000_000))
    #expect(bomb.count < 20_000)
    #expect(throws: CompressionError.tooLarge) { try gunzip([bomb], limit: 9_999_999) }
    #expect(try gunzip([bomb], limit: 10_000_000).count == 10_000_000)
  }

  @Test("flipped bits never crash the reader")
  func flipped() {
    let bytes = gzip((0..<2000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
    for place in bytes.indices {
      for bit in 0..<8 {
        var damaged = bytes
        damaged[place] ^= 1 << bit
        _ = try? gunzip([damaged], limit: 1 << 20)
      }
    }
  }

  @Test("checksums match the standard, in one call or several")
  func checksums() {
    #expect(Zlib.crc32(Array("123456789".utf8)) == 0xCBF4_3926)
    #expect(Zlib.crc32(Array("6789".utf8), after: Zlib.crc32(Array("12345".utf8))) == 0xCBF4_3926)
    #expect(Zlib.crc32([]) == 0)
    #expect(Zlib.deflate([]).count > 0)
  }
}
