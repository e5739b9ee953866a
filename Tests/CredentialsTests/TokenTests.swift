import FoundationEssentials
import Testing

@testable import Credentials

struct TokenTests {
  private let key = Secret(bytes: Array(0..<64))!
  private let now = Date(timeIntervalSince1970: 1_800_000_000)
  private var signer: TokenSigner { TokenSigner(key: key, issuer: "lamppost") }

  private func claims(issued: Double = 0, expires: Double = 900) -> AccessClaims {
    AccessClaims(
      person: 42, tenant: 7, epoch: 3, issuedAt: now + issued, expiresAt: now + expires, id: "a-token")
  }

  /// A token of any header and payload, properly signed by `key`.
  private func forge(header: String = #"{"alg":"HS256","typ":"JWT"}"#, payload: String, key: Secret? = nil) -> String {
    let signed = [header, payload].map { Base64URL.encode(Array($0.utf8)) }.joined(separator: ".")
    return signed + "." + Base64URL.encode(HMACSHA256.authenticate(Array(signed.utf8), key: key ?? self.key))
  }

  private func payload(_ changes: [String: String?] = [:]) -> String {
    var fields: [String: String?] = [
      "iss": #""lamppost""#, "aud": #""api""#, "sub": #""42""#, "jti": #""a-token""#, "tenant": "7", "epoch": "3",
      "iat": "1800000000", "exp": "1800000900",
    ]
    for (name, value) in changes { fields.updateValue(value, forKey: name) }
    return "{" + fields.compactMap { name, value in value.map { #""\#(name)":\#($0)"# } }.joined(separator: ",") + "}"
  }

  @Test("what is signed is verified, until it expires")
  func roundTrip() throws {
    let token = try signer.sign(claims())
    #expect(token.hasPrefix(TokenSigner.header + "."))
    #expect(token.utf8.count < 400)
    #expect(try signer.verify(token, now: now) == claims())
    #expect(try signer.verify(token, now: now + 899.9) == claims())
    #expect(throws: TokenError.expired) { try signer.verify(token, now: now + 900) }
    #expect(throws: TokenError.expired) { try signer.verify(token, now: .distantFuture) }
  }

  @Test("a token is not valid before its time, but for the difference between clocks")
  func notBefore() throws {
    let early = try signer.sign(claims(issued: 30))
    #expect(throws: Never.self) { try signer.verify(early, now: now) }
    #expect(throws: TokenError.notYetValid) { try signer.verify(early, now: now - 1) }
    #expect(throws: TokenError.notYetValid) {
      try signer.verify(forge(payload: payload(["nbf": "1800000031"])), now: now)
    }
    #expect(throws: Never.self) { try signer.verify(forge(payload: payload(["nbf": "1800000030"])), now: now) }
  }

  @Test("another key, issuer or audience is refused")
  func others() throws {
    let token = try signer.sign(claims())
    let other = TokenSigner(key: key.derive(label: "other"), issuer: "lamppost")
    #expect(throws: TokenError.invalid) { try other.verify(token, now: now) }
    #expect(throws: TokenError.foreign) { try TokenSigner(key: key, issuer: "else").verify(token, now: now) }
    let audience = TokenSigner(key: key, issuer: "lamppost", audience: "else")
    #expect(throws: TokenError.foreign) { try audience.verify(token, now: now) }
  }

  @Test(
    "no other algorithm is ever considered",
    arguments: [
      #"{"alg":"none","typ":"JWT"}"#, #"{"alg":"None"}"#, #"{"alg":"RS256","typ":"JWT"}"#,
      #"{"alg":"ES256","typ":"JWT"}"#, #"{"alg":"HS512","typ":"JWT"}"#, #"{"typ":"JWT"}"#, "{}",
      #"{"alg":"HS256","typ":"JWT","kid":"../../x"}"#,
    ])
  func algorithms(header: String) throws {
    let signed = forge(header: header, payload: payload())
    let unsigned = signed.split(separator: ".").prefix(2).joined(separator: ".")
    for token in [signed, unsigned, unsigned + ".", unsigned + ".AAAA"] {
      #expect(throws: TokenError.invalid) { try signer.verify(token, now: now) }
    }
  }

  @Test(
    "a claim that is missing or of another type is refused",
    arguments: ["iss", "aud", "sub", "jti", "tenant", "epoch", "iat", "exp"])
  func claims(name: String) throws {
    #expect(throws: Never.self) { try signer.verify(forge(payload: payload()), now: now) }
    for value in [nil, "null", "[]", "1.5", "true", #""x""#, "99999999999999999999999"]
    where name != "jti" || value != #""x""# {
      #expect(throws: TokenError.self) { try signer.verify(forge(payload: payload([name: value])), now: now) }
    }
  }

  @Test("dates and numbers at the ends of their range do not crash")
  func extremes() throws {
    for value in [Int.min, .max] {
      for name in ["iat", "exp", "nbf", "tenant", "epoch"] {
        _ = try? signer.verify(forge(payload: payload([name: String(value)])), now: now)
      }
    }
    #expect(throws: TokenError.invalid) { try signer.verify(forge(payload: "[1]"), now: now) }
    #expect(throws: TokenError.invalid) { try signer.verify(forge(payload: "not JSON"), now: now) }
    #expect(throws: TokenError.notSigned) {
      try TokenSigner(key: key, issuer: String(repeating: "x", count: 2000)).sign(claims())
    }
  }

  @Test("every changed character of a token makes it invalid")
  func tampered() throws {
    let token = Array(try signer.sign(claims()).utf8)
    for place in token.indices {
      var changed = token
      changed[place] = changed[place] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
      #expect(throws: TokenError.invalid) { try signer.verify(String(decoding: changed, as: UTF8.self), now: now) }
    }
  }

  @Test("what is no token is refused and never crashes")
  func garbage() throws {
    let token = try signer.sign(claims())
    let head = TokenSigner.header
    for text in [
      "", ".", "..", "...", head, head + ".", head + "..", head + ".AAAA", head + ".e30.AAAA", token + ".", token + "=",
      token + "\n", " " + token, "Bearer " + token, token + "\u{0}", String(repeating: "A", count: 5_000_000),
      head + "." + String(repeating: "A", count: 980) + ".AAAA",
    ] {
      #expect(throws: TokenError.invalid) { try signer.verify(text, now: now) }
    }
    var state: UInt64 = 311
    for _ in 0..<20_000 {
      var bytes = Array(token.utf8)
      for _ in 0..<3 where !bytes.isEmpty {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let place = Int(state >> 33) % bytes.count
        switch state >> 20 & 3 {
        case 0: bytes.remove(at: place)
        case 1: bytes.insert(UInt8(truncatingIfNeeded: state >> 24), at: place)
        default: bytes[place] = UInt8(truncatingIfNeeded: state >> 24)
        }
      }
      let changed = String(decoding: bytes, as: UTF8.self)
      #expect(changed == token || (try? signer.verify(changed, now: now)) == nil)
    }
  }
}
