/// Base64 for URLs (RFC 4648, 5), without padding.
public enum Base64URL {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
  private static let values = valueTable(of: alphabet)

  public static func encode(_ bytes: [UInt8]) -> String {
    BitGroups.encode(bytes, bits: 6, alphabet: alphabet)
  }

  /// Strict: nil for padding, any other character, an impossible length, or unused bits that are not zero. So each
  /// byte sequence has exactly one text.
  public static func decode(_ text: String) -> [UInt8]? {
    BitGroups.decode(text.utf8.lazy.map { values[Int($0)] }, bits: 6)
  }
}

/// Base32 for codes that people read aloud and type (Douglas Crockford's alphabet: no I, L, O, U).
public enum Base32 {
  private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)
  private static let values = {
    var values = valueTable(of: alphabet)
    for (alias, digit) in [("O", "0"), ("I", "1"), ("L", "1")] as [(Unicode.Scalar, Unicode.Scalar)] {
      values[Int(alias.value)] = values[Int(digit.value)]
    }
    for letter in UInt8(ascii: "A")...UInt8(ascii: "Z") { values[Int(letter | 0x20)] = values[Int(letter)] }
    return values
  }()

  /// 26 characters for 128 bits; the last one's unused bits are zero.
  public static func encode(_ bytes: [UInt8]) -> String {
    BitGroups.encode(bytes, bits: 5, alphabet: alphabet)
  }

  /// Forgives case, hyphens and spaces, O for 0, I and L for 1. nil for anything else that is no code.
  public static func decode(_ text: String) -> [UInt8]? {
    let digits = text.utf8.lazy.filter { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: " ") }
    return BitGroups.decode(digits.map { values[Int($0)] }, bits: 5)
  }
}

/// Base32 as authenticator apps read it (RFC 4648, 6), without padding.
public enum StandardBase32 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)

  public static func encode(_ bytes: [UInt8]) -> String {
    BitGroups.encode(bytes, bits: 5, alphabet: alphabet)
  }
}

/// For each byte its place in the alphabet, or `BitGroups.invalid`.
private func valueTable(of alphabet: [UInt8]) -> [UInt8] {
  var values = [UInt8](repeating: BitGroups.invalid, count: 256)
  for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
  return values
}

/// Bytes as groups of fewer bits, the highest first.
private enum BitGroups {
  static let invalid: UInt8 = 0xFF

  static func encode(_ bytes: [UInt8], bits: Int, alphabet: [UInt8]) -> String {
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count * 8 / bits + 1)
    var (buffer, held) = (0, 0)
    for byte in bytes {
      buffer = (buffer << 8 | Int(byte)) & 0xFFFF
      held += 8
      while held >= bits {
        held -= bits
        text.append(alphabet[buffer >> held & ((1 << bits) - 1)])
      }
    }
    if held > 0 { text.append(alphabet[buffer << (bits - held) & ((1 << bits) - 1)]) }
    return String(decoding: text, as: UTF8.self)
  }

  static func decode(_ values: some Sequence<UInt8>, bits: Int) -> [UInt8]? {
    var bytes: [UInt8] = []
    var (buffer, held) = (0, 0)
    for value in values {
      guard value != invalid else { return nil }
      buffer = (buffer << bits | Int(value)) & 0xFFFF
      held += bits
      if held >= 8 {
        held -= 8
        bytes.append(UInt8(truncatingIfNeeded: buffer >> held))
      }
    }
    // A whole group left over, or a bit in the rest of one, is nothing that `encode` writes.
    guard held < bits, buffer & ((1 << held) - 1) == 0 else { return nil }
    return bytes
  }
}
