internal import CQREncode

/// A QR code (ISO/IEC 18004) of a text, by libqrencode.
public struct QRCode: Sendable {
  /// Modules along one side, without the quiet zone.
  public let width: Int
  /// Row by row from the top.
  private let modules: [UInt8]

  /// The light modules that must surround the code (section 6.3.8 of the standard).
  public static let quietZone = 4

  /// - Parameter text: UTF-8 without NUL. At the middling level of error correction, which survives a crease, up to 2,331
  ///   bytes fit.
  /// - Returns: nil where the text is empty, holds NUL or does not fit.
  public init?(_ text: String) {
    if text.utf8.contains(0) { return nil }
    // Version 0: the smallest that holds it.
    guard let code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M) else { return nil }
    defer { QRcode_free(code) }
    width = Int(code.pointee.width)
    modules = Array(UnsafeBufferPointer(start: code.pointee.data, count: width * width))
  }

  /// The lowest bit says black; the others say what the module is for.
  public func isDark(column: Int, row: Int) -> Bool { modules[row * width + column] & 1 == 1 }

  /// The dark modules as the path of an SVG whose unit is one module, its quiet zone included: a rectangle for each run.
  public var svgPath: String {
    var path = ""
    for row in 0..<width {
      var column = 0
      while column < width {
        let start = column
        while column < width, isDark(column: column, row: row) { column += 1 }
        if column > start {
          path += "M\(start + Self.quietZone) \(row + Self.quietZone)h\(column - start)v1h-\(column - start)z"
        }
        column += 1
      }
    }
    return path
  }

  /// Modules along one side, quiet zone included.
  public var fullWidth: Int { width + 2 * Self.quietZone }
}
