import Civic
import Testing

@Suite struct PasswordRuleTests {
  private func refusal(_ password: String, _ personal: [String] = []) -> PasswordRule.Refusal? {
    do {
      try PasswordRule.check(password, personal: personal)
      return nil
    } catch {
      return error
    }
  }

  @Test(
    "what everybody tries first is refused, dressed up or not",
    arguments: [
      "password123", "Password123!", "P@ssw0rd2024", "passwordpassword", "qwertyuiop", "Qwerty12345", "1234567890",
      "0987654321", "12345678901234", "aaaaaaaaaa", "abcabcabcabc", "1q2w3e4r5t", "iloveyou2020", "welcome1234",
      "!!admin!!2026",
      "summer2026!", "LetMeIn!!!!", "footballfootball", "abcdefghijk", "lamppost2026", "121212121212", "changeme12345",
      "welcomeadmin1", "trustno1trustno1", "Contraseña2026",
    ])
  func common(_ password: String) { #expect(refusal(password) == .tooCommon) }

  @Test(
    "what is long and one's own is taken, whatever it is made of",
    arguments: [
      "correct horse battery", "four lamps in the rain", "x7$kQ02vbn", "9f8a7d6c5b4e", "grün bleibt der Fluss",
      "lamp under the old bridge", "заводной апельсин", "2718281828", "monkeys eat the moon",
    ])
  func taken(_ password: String) { #expect(refusal(password) == nil) }

  @Test("ten characters are counted as people count them, and nine are too few")
  func length() {
    #expect(refusal("x7$kQ02vb") == .tooShort)
    #expect(refusal("") == .tooShort)
    #expect(refusal("ñandú-ñoño") == nil)
  }

  @Test("little more than one's own name or address is refused; a word of it within a sentence is not")
  func personal() {
    let known = ["Rosalinda Meier", "rosalinda.meier@example.org"]
    #expect(refusal("Rosalinda1987", known) == .tooCommon)
    #expect(refusal("meier.rosalinda", known) == .tooCommon)
    #expect(refusal("rosalinda buys nine lamps", known) == nil)
    #expect(refusal("Rosalinda1987") == nil)
  }
}
