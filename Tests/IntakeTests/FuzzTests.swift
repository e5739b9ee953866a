import Intake
import Testing

@Suite("A garbled file") struct FuzzTests {
  @Test(
    "ends in a verdict or an error, and the next one is inspected all the same",
    arguments: [
      ".jpg", ".png", ".webp", ".heic", ".avif", ".pdf",
    ])
  func garbled(format: String) async throws {
    let seed = format == ".pdf" ? PDF.revealing : try Fixtures.picture(format, width: 96, height: 64, exif: true)
    var random = SeededGenerator(state: UInt64(format.utf8.reduce(7) { $0 * 31 + Int($1) }))
    try await Workshop.withScanner { scanner in
      for _ in 0..<60 {
        let failure = try await scanner.failure(on: Self.garble(seed, with: &random))
        #expect(failure != .notReady && failure != .implausible && failure != .environment)
      }
      #expect(await scanner.health.isReady)
    }
  }

  private static func garble(_ seed: [UInt8], with random: inout SeededGenerator) -> [UInt8] {
    var bytes = seed
    for _ in 0..<Int.random(in: 1...12, using: &random) {
      let position = Int.random(in: 0..<bytes.count, using: &random)
      switch Int.random(in: 0..<4, using: &random) {
      case 0: bytes[position] = UInt8.random(in: 0...255, using: &random)
      case 1: bytes[position] ^= 1 << UInt8.random(in: 0...7, using: &random)
      case 2: bytes.insert(contentsOf: bytes[position...].prefix(16), at: position)
      default: bytes.replaceSubrange(position..<min(bytes.count, position + 4), with: [255, 255, 255, 255])
      }
    }
    return bytes
  }
}

/// SplitMix64 (Steele, Lea and Flood, 2014): the same numbers in every run.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var value = state
    value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
    return value ^ value >> 31
  }
}
