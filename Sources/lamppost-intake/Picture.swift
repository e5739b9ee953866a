internal import CVips
import Intake

/// An image of libvips, or the promise of one: most operations work when their result is asked for.
struct Picture: ~Copyable {
  enum Format {
    case jpeg, png, webp, heif

    fileprivate var code: Int32 {
      switch self {
      case .jpeg: Int32(LAMPPOST_VIPS_JPEG)
      case .png: Int32(LAMPPOST_VIPS_PNG)
      case .webp: Int32(LAMPPOST_VIPS_WEBP)
      case .heif: Int32(LAMPPOST_VIPS_HEIF)
      }
    }
  }

  private let handle: OpaquePointer

  private init(_ handle: OpaquePointer?) throws {
    guard let handle else { throw Self.problem() }
    self.handle = handle
  }

  deinit { lamppost_vips_release(handle) }

  /// To be called once, in the parent; starts no thread.
  static func startLibrary() throws(ScanError) {
    guard lamppost_vips_start("lamppost-intake") == 0 else { throw ScanError(.environment, "libvips") }
  }

  /// Reads the header. `bytes` must outlive the picture and what is made of it.
  init(_ bytes: UnsafeRawBufferPointer, as format: Format, shrink: Int = 1) throws {
    lamppost_vips_forget_errors()
    try self.init(lamppost_vips_open(format.code, bytes.baseAddress, bytes.count, Int32(shrink)))
  }

  var width: Int { Int(lamppost_vips_width(handle)) }
  var height: Int { Int(lamppost_vips_height(handle)) }
  var hasAlpha: Bool { lamppost_vips_has_alpha(handle) != 0 }
  var dimensions: MediaFacts.Dimensions { MediaFacts.Dimensions(width: width, height: height) }

  func inSRGB() throws -> Picture { try Picture(lamppost_vips_to_srgb(handle)) }
  func fitting(_ edge: Int) throws -> Picture { try Picture(lamppost_vips_fit(handle, Int32(edge))) }
  func decoded() throws -> Picture { try Picture(lamppost_vips_decoded(handle)) }
  func upright() throws -> Picture { try Picture(lamppost_vips_upright(handle)) }
  func bare() throws -> Picture { try Picture(lamppost_vips_bare(handle)) }
  /// With a black rectangle in place of what stood there.
  func blackened(_ region: Region) throws -> Picture {
    try Picture(
      lamppost_vips_blacken(handle, Int32(region.x), Int32(region.y), Int32(region.width), Int32(region.height)))
  }
  func opaque() throws -> Picture { try Picture(lamppost_vips_opaque(handle)) }

  /// Encodes it and hands the bytes to `body`.
  func encoded(as format: Format, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    var bytes: UnsafeMutableRawPointer?
    var count = 0
    guard lamppost_vips_save(handle, format.code, &bytes, &count) == 0 else { throw Self.problem() }
    defer { lamppost_vips_free(bytes) }
    try body(UnsafeRawBufferPointer(start: bytes, count: count))
  }

  /// A picture that cannot be read is broken, unless it was memory that lacked.
  private static func problem() -> any Error {
    let message = String(cString: lamppost_vips_error())
    let signs = ["nsufficient memory", "annot allocate", "creating thread", "ut of memory"]
    let lacksMemory = signs.contains { message.contains($0) }
    return lacksMemory ? ScanError(.limits, message) : Unaccepted(reason: .brokenImage)
  }
}

extension String {
  /// Whether `part` occurs in it; the standard library's own needs Foundation or the regular expressions.
  fileprivate func contains(_ part: String) -> Bool {
    let (whole, part) = (Array(utf8), Array(part.utf8))
    return whole.indices.contains { whole[$0...].starts(with: part) }
  }
}
