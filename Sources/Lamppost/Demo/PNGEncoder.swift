import Compression

/// An image of 8-bit red, green and blue.
struct Picture: Sendable {
  typealias Color = (red: UInt8, green: UInt8, blue: UInt8)

  let width: Int
  let height: Int
  /// Three bytes a pixel, row by row.
  private(set) var pixels: [UInt8]

  init(width: Int, height: Int) {
    self.width = width
    self.height = height
    pixels = [UInt8](repeating: 255, count: width * height * 3)
  }

  /// Colours every pixel of a part for which `covers` says so.
  mutating func paint(
    _ color: Color, x: Range<Int>, y: Range<Int>, where covers: (_ x: Int, _ y: Int) -> Bool = { _, _ in true }
  ) {
    let (columns, rows) = (x.clamped(to: 0..<width), y.clamped(to: 0..<height))
    for row in rows {
      for column in columns where covers(column, row) {
        let start = (row * width + column) * 3
        pixels[start] = color.red
        pixels[start + 1] = color.green
        pixels[start + 2] = color.blue
      }
    }
  }

  mutating func ellipse(_ color: Color, x: Int, y: Int, width: Int, height: Int) {
    let (a, b) = (max(width, 1), max(height, 1))
    paint(color, x: x - a..<x + a + 1, y: y - b..<y + b + 1) { column, row in
      let (across, down) = ((column - x) * b, (row - y) * a)
      return across * across + down * down <= a * a * b * b
    }
  }

  /// Makes every pixel a little lighter or darker, as a sensor does.
  mutating func addGrain(_ strength: Int, using random: inout SeededGenerator) {
    for start in stride(from: 0, to: pixels.count - 2, by: 3) {
      let change = Int(truncatingIfNeeded: random.next() & 0xFF) * strength / 255 - strength / 2
      for channel in start..<start + 3 { pixels[channel] = UInt8(clamping: Int(pixels[channel]) + change) }
    }
  }
}

/// PNG (ISO/IEC 15948) without filters: simple, and small enough for drawn scenes.
enum PNGEncoder {
  static func encode(_ picture: Picture) -> [UInt8] {
    var bytes: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    // 8 bits a channel, colour type 2 (red, green, blue), the only compression and filter method, no interlace.
    append("IHDR", number(picture.width) + number(picture.height) + [8, 2, 0, 0, 0], to: &bytes)
    var lines: [UInt8] = []
    lines.reserveCapacity(picture.pixels.count + picture.height)
    for row in 0..<picture.height {
      // Filter type 0: none.
      lines.append(0)
      lines += picture.pixels[row * picture.width * 3..<(row + 1) * picture.width * 3]
    }
    append("IDAT", Zlib.deflate(lines), to: &bytes)
    append("IEND", [], to: &bytes)
    return bytes
  }

  private static func append(_ type: String, _ data: [UInt8], to bytes: inout [UInt8]) {
    let checked = Array(type.utf8) + data
    bytes += number(data.count) + checked + number(Int(Zlib.crc32(checked)))
  }

  private static func number(_ value: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }
}
