import Credentials
import Testing

private func hex(_ bytes: [UInt8]) -> String {
  bytes.map { (($0 < 16 ? "0" : "") + String($0, radix: 16)) }.joined()
}

struct DigestTests {
  @Test(
    "SHA-256 gives the digests of FIPS 180",
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ])
  func vectors(text: String, digest: String) {
    #expect(SHA256Digest(hashing: text).hex == digest)
  }

  @Test("a digest of pieces is the digest of the whole")
  func pieces() {
    var hasher = SHA256Hasher()
    for _ in 0..<1000 { hasher.update([UInt8](repeating: UInt8(ascii: "a"), count: 1000)) }
    hasher.update([])
    #expect(hasher.finalize().hex == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test(
    "HMAC gives the codes of RFC 4231",
    arguments: [
      (
        "Test Using Larger Than Block-Size Key - Hash Key First",
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
      ),
      (
        "This is a test using a larger than block-size key and a larger than block-size data. "
          + "The key needs to be hashed before being used by the HMAC algorithm.",
        "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"
      ),
    ])
  func codes(message: String, code: String) throws {
    let key = try #require(Secret(bytes: [UInt8](repeating: 0xAA, count: 131)))
    let message = Array(message.utf8)
    let computed = HMACSHA256.authenticate(message, key: key)
    #expect(hex(computed) == code)
    #expect(HMACSHA256.isValid(computed, for: message, key: key))
    #expect(!HMACSHA256.isValid(computed, for: message + [0], key: key))
    #expect(!HMACSHA256.isValid([], for: message, key: key))
  }

  @Test("random bytes have the length asked for and do not repeat")
  func random() {
    #expect(RandomBytes.generate(0) == [])
    #expect(Set((0..<1000).map { _ in RandomBytes.generate(16) }).count == 1000)
  }

  @Test("equality in constant time agrees with equality")
  func equality() {
    #expect(constantTimeEquals([], []))
    #expect(constantTimeEquals([1, 2], [1, 2]))
    #expect(!constantTimeEquals([1, 2], [1, 3]))
    #expect(!constantTimeEquals([1, 2], [1, 2, 3]))
  }
}

struct SecretTests {
  @Test("a secret is read from any common base64, and needs 32 bytes")
  func base64() throws {
    let bytes = [UInt8](repeating: 0xFB, count: 32)
    let standard = "+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/s"
    #expect(Secret(base64: standard)?.bytes == bytes)
    #expect(Secret(base64: standard + "=")?.bytes == bytes)
    #expect(Secret(base64: Base64URL.encode(bytes))?.bytes == bytes)
    #expect(Secret(base64: Base64URL.encode(bytes.dropLast())) == nil)
    #expect(Secret(base64: "") == nil)
    #expect(Secret(base64: standard + "\n") == nil)
    #expect(Secret(base64: "correct horse battery staple, correct horse") == nil)
  }

  @Test("neither text, debug text nor dump shows a secret or a session")
  func redacted() throws {
    let secret = try #require(Secret(bytes: [UInt8](repeating: 201, count: 32)))
    let session = SessionToken.generate()
    for value in [secret, session] as [Any] {
      var dumped = ""
      dump(value, to: &dumped)
      for text in ["\(value)", String(reflecting: value), dumped] {
        #expect(!text.contains("201") && !text.contains(session.text))
      }
    }
  }

  @Test("keys derived for different purposes have nothing in common, and stay the same")
  func derived() throws {
    let secret = try #require(Secret(bytes: [UInt8](repeating: 0, count: 32)))
    // HMAC-SHA-256 of "sessions" and a byte 1, computed elsewhere.
    #expect(
      hex(secret.derive(label: "sessions").bytes) == "3eaba97f4c625ebf8d75d51945be713d0cfe84825324e8f19a9551cd6c3fc82e")
    #expect(secret.derive(label: "sessions").bytes != secret.derive(label: "tokens").bytes)
  }

  @Test("a session token is found again by its text, and by nothing that differs")
  func sessions() throws {
    let token = SessionToken.generate()
    #expect(token.text.utf8.count == 43)
    #expect(SessionToken(text: token.text)?.lookupKey == token.lookupKey)
    #expect(token.lookupKey != SessionToken.generate().lookupKey)
    for text in ["", token.text + "A", String(token.text.dropLast()), token.text.dropLast() + "=", token.text + "="] {
      #expect(SessionToken(text: text) == nil)
    }
  }
}

struct TextCodeTests {
  @Test("every length of bytes survives both alphabets")
  func roundTrip() {
    for count in 0...40 {
      let bytes = RandomBytes.generate(count)
      #expect(Base64URL.decode(Base64URL.encode(bytes)) == bytes)
      #expect(Base32.decode(Base32.encode(bytes)) == bytes)
    }
    #expect(Base32.encode(RandomBytes.generate(16)).utf8.count == 26)
    #expect(Base64URL.encode([0xFB, 0xFF]) == "-_8")
    #expect(Base32.encode([0xFF]) == "ZW")
  }

  @Test("a code that was typed or read aloud is forgiven its case, hyphens and look-alikes")
  func forgiving() {
    let code = Base32.encode([0x08, 0x40, 0x11, 0xF0])
    #expect(Base32.decode(code.lowercased()) == [0x08, 0x40, 0x11, 0xF0])
    #expect(Base32.decode("oOiI-lL1 0") == Base32.decode("00111110"))
    #expect(Base32.decode("U0") == nil)
    #expect(Base32.decode("0é") == nil)
  }

  @Test("base64 has one text for each sequence of bytes", arguments: ["A", "AAAAA", "AB", "AA==", "A A", "AA+A", "é"])
  func strict(text: String) {
    #expect(Base64URL.decode(text) == nil)
  }
}
