/// What a layer of areas is called: small letters, digits and hyphens, e.g. `wards`.
enum LayerName {
  static let pattern = "^[a-z0-9][a-z0-9-]{0,62}$"

  static func isName(_ text: String) -> Bool {
    let bytes = text.utf8
    guard (1...63).contains(bytes.count), bytes.first != UInt8(ascii: "-") else { return false }
    return bytes.allSatisfy { byte in
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        || byte == UInt8(ascii: "-")
    }
  }
}
