import Glibc
import Testing

/// Files made for the tests, by the tests.
enum Fixtures {
  /// The EICAR test file, put together here so that no scanner takes offence at this source.
  static let eicar: [UInt8] = Array(
    ("X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + "EICAR-STANDARD-" + "ANTIVIRUS-TEST-FILE!$H+H*").utf8)

  /// Kept beside this source: what no tool at hand makes while testing.
  static func stored(_ name: String) throws -> [UInt8] {
    let folder = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
    return try File.read("/\(folder)/Fixtures/\(name)")
  }

  /// A picture by libvips' own tool: a ramp of red from left to right and of green from top to bottom.
  /// - Parameter format: the suffix that names it, with options if need be.
  static func picture(_ format: String, width: Int = 640, height: Int = 480, exif: Bool = false) throws -> [UInt8] {
    let folder = try Folder()
    try run("vips", "xyz", "\(folder.path)/xy.v", "\(width)", "\(height)")
    let scale = "\(255.0 / Double(width)) \(255.0 / Double(height))"
    try run("vips", "linear", "\(folder.path)/xy.v", "\(folder.path)/ramp.v", scale, "0", "--uchar")
    try run("vips", "bandjoin", "\(folder.path)/ramp.v \(folder.path)/ramp.v", "\(folder.path)/four.v")
    try run("vips", "extract_band", "\(folder.path)/four.v", "\(folder.path)/three.v", "0", "--n", "3")
    try run(
      "vips", "copy", "\(folder.path)/three.v", "\(folder.path)/colour.jpg[Q=90]", "--interpretation", "srgb")
    if exif {
      let plain = try File.read("\(folder.path)/colour.jpg")
      try File.write(JPEG.adding(JPEG.exif, JPEG.xmp, JPEG.comment, to: plain), to: "\(folder.path)/colour.jpg")
    }
    if format == ".jpg" { return try File.read("\(folder.path)/colour.jpg") }
    try run("vips", "copy", "\(folder.path)/colour.jpg", "\(folder.path)/picture\(format)")
    let suffix = format.prefix { $0 != "[" }
    return try File.read("\(folder.path)/picture\(suffix)")
  }

  /// What libvips' own tool finds in `bytes`: a header field, or `nil` where there is none.
  static func field(_ name: String, of bytes: [UInt8]) throws -> String? {
    let folder = try Folder()
    try File.write(bytes, to: "\(folder.path)/picture")
    guard let value = try? run("vipsheader", "-f", name, "\(folder.path)/picture") else { return nil }
    return String(decoding: value.filter { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
  }

  static func size(of bytes: [UInt8]) throws -> String {
    "\(try field("width", of: bytes) ?? "?")x\(try field("height", of: bytes) ?? "?")"
  }

  /// A ZIP archive of one stored file.
  static func zip(_ contents: [UInt8], as name: String) -> [UInt8] {
    let (crc, size) = (Bytes.little(CRC32.of(contents)), Bytes.little(UInt32(contents.count)))
    let title = Array(name.utf8)
    let common: [UInt8] = [[20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0x5c], crc, size, size, [UInt8(title.count), 0, 0, 0]]
      .flatMap { $0 }
    let local: [UInt8] = [[0x50, 0x4b, 3, 4], common, title, contents].flatMap { $0 }
    let blank = [UInt8](repeating: 0, count: 14)
    let central: [UInt8] = [[0x50, 0x4b, 1, 2, 20, 0], common, blank, title].flatMap { $0 }
    let (length, start) = (Bytes.little(UInt32(central.count)), Bytes.little(UInt32(local.count)))
    let end: [UInt8] = [[0x50, 0x4b, 5, 6, 0, 0, 0, 0, 1, 0, 1, 0], length, start, [0, 0]].flatMap { $0 }
    return local + central + end
  }

  /// A gzipped tar archive of one file.
  static func tarball(_ contents: [UInt8], as name: String) throws -> [UInt8] {
    let folder = try Folder()
    try File.write(contents, to: "\(folder.path)/\(name)")
    return try run("tar", "-C", folder.path, "-cz", name)
  }
}

/// A folder for the time of its use.
final class Folder: Sendable {
  let path: String

  init() throws {
    var name = Array("/tmp/lamppost-intake-fixture-XXXXXX".utf8CString)
    try #require(mkdtemp(&name) != nil)
    path = name.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
  }

  deinit { _ = try? run("rm", "-rf", path) }
}

enum Bytes {
  static func little(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
  static func big(_ value: UInt32) -> [UInt8] { little(value).reversed() }
  static func big(_ value: UInt16) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 255)] }
}

/// The checksum of PNG and ZIP.
enum CRC32 {
  static func of(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(~UInt32(0)) { crc, byte in
      (0..<8).reduce(crc ^ UInt32(byte)) { value, _ in value >> 1 ^ (value & 1 == 1 ? 0xedb8_8320 : 0) }
    }
  }
}

extension Sequence<UInt8> {
  /// Whether `text` occurs anywhere.
  func contains(text: String) -> Bool {
    let (bytes, part) = (Array(self), Array(text.utf8))
    guard let first = part.first, bytes.count >= part.count else { return false }
    return (0...bytes.count - part.count).contains { bytes[$0] == first && bytes[$0...].starts(with: part) }
  }
}
