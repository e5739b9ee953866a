import Civic
import Testing

@Suite struct RedactionTests {
  @Test("words go wherever they stand, in whatever case")
  func words() {
    let redaction = Redaction(["Ana Pérez", "ana"])
    #expect(redaction.redacted("ANA PÉREZ said: Ana!") == "[redacted] said: [redacted]!")
    #expect(redaction.redacted("Nobody") == "Nobody" && !redaction.finds(in: "Nobody"))
    #expect(redaction.redacted("ana\npérez") == "[redacted]")
    #expect(redaction.redacted("") == "")
    #expect(Redaction(["", " "].map { $0 == " " ? "" : $0 }).redacted("a b") == "a b")
    #expect(Redaction(["a.c"]).redacted("abc a.c") == "abc [redacted]", "a dot is a dot")
    #expect(Redaction(["redacted"]).redacted("[redacted]") == "[[redacted]]")
    #expect(Redaction(["👩‍🔧"]).redacted("a 👩‍🔧 b") == "a [redacted] b")
    #expect(Redaction(["aa"]).redacted("aaa") == "[redacted]a")
  }
}
