import Credentials

/// A name as part of a URL: "Ward 17" → `ward-17`.
enum Slug {
  /// - Parameter limit: of characters.
  /// - Returns: small letters, digits and hyphens, never empty. What cannot be written so is told apart by a few digits
  ///   of the name's hash.
  static func of(_ name: String, limit: Int = 100) -> String {
    var slug: [UInt8] = []
    var hasLost = false
    for scalar in name.unicodeScalars {
      switch scalar {
      case "a"..."z", "0"..."9": slug.append(UInt8(ascii: scalar))
      case "A"..."Z": slug.append(UInt8(ascii: scalar) + 32)
      default:
        hasLost = hasLost || scalar.value > 0x7F
        if let last = slug.last, last != UInt8(ascii: "-") { slug.append(UInt8(ascii: "-")) }
      }
    }
    if slug.last == UInt8(ascii: "-") { slug.removeLast() }
    guard hasLost || slug.isEmpty || slug.count > limit else { return String(decoding: slug, as: UTF8.self) }
    let digits = SHA256Digest(hashing: name).hex.prefix(8)
    let start = String(decoding: slug.prefix(limit - 9), as: UTF8.self)
    return start.isEmpty ? String(digits) : start + "-" + digits
  }
}
