import Credentials
import Testing

@Suite struct OneTimePasswordTests {
  private let password = OneTimePassword(secret: Array("12345678901234567890".utf8))

  @Test(
    "the codes are those of RFC 6238, appendix B, by their last six digits",
    arguments: [
      (59.0, "287082"), (1_111_111_109, "081804"), (1_111_111_111, "050471"), (1_234_567_890, "005924"),
      (2_000_000_000, "279037"), (20_000_000_000, "353130"),
    ])
  func vectors(_ seconds: Double, _ code: String) {
    #expect(password.code(at: OneTimePassword.step(at: seconds)) == code)
  }

  @Test("a code is good one step early and one late, once, and never again")
  func window() {
    let now = 1_234_567_890.0
    let step = OneTimePassword.step(at: now)
    for (offset, isGood) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
      let code = password.code(at: step + offset)
      #expect((password.step(of: code, at: now, after: nil) == step + offset) == isGood, "\(offset)")
    }
    #expect(password.step(of: password.code(at: step), at: now, after: step) == nil)
    #expect(password.step(of: password.code(at: step + 1), at: now, after: step) == step + 1)
    for wrong in ["", "000000x", "12345", "１２３４５６"] { #expect(password.step(of: wrong, at: now, after: nil) == nil) }
  }

  @Test("apps are told issuer, account and secret, and nothing in them breaks out of its place")
  func uri() {
    #expect(StandardBase32.encode(Array("foobar".utf8)) == "MZXW6YTBOI")
    #expect(StandardBase32.encode(Array("f".utf8)) == "MY")
    #expect(
      password.uri(issuer: "Old & New", account: "a+b@c.org")
        == "otpauth://totp/Old%20%26%20New:a%2Bb%40c.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Old%20%26%20New&algorithm=SHA1&digits=6&period=30"
    )
    #expect("\(password)" == "OneTimePassword(…)")
  }
}

@Suite struct SealedBoxTests {
  @Test("what was sealed opens with its key in its place, and no changed bit opens")
  func box() throws {
    let key = try #require(Secret(bytes: RandomBytes.generate(32)))
    let other = try #require(Secret(bytes: RandomBytes.generate(32)))
    let (text, place) = (Array("secret".utf8), Array("person 7".utf8))
    let box = SealedBox.seal(text, context: place, key: key)
    #expect(SealedBox.open(box, context: place, key: key) == text)
    #expect(SealedBox.seal(text, context: place, key: key) != box)
    #expect(SealedBox.open(box, context: Array("person 8".utf8), key: key) == nil)
    #expect(SealedBox.open(box, context: place, key: other) == nil)
    for index in box.indices {
      var changed = box
      changed[index] ^= 1
      #expect(SealedBox.open(changed, context: place, key: key) == nil)
    }
    #expect(SealedBox.open([], context: place, key: key) == nil)
    #expect(SealedBox.open(SealedBox.seal([], context: [], key: key), context: [], key: key) == [])
  }
}
