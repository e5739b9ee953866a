import Civic
import Testing

@Suite struct PersonalDetailTests {
  private func found(_ text: String) -> [String] {
    PersonalDetail.found(in: text).map { "\($0.kind.rawValue) \($0.text)" }
  }

  @Test(
    "telephone numbers are found in the forms that people write",
    arguments: [
      ("Call me at 617-555-0199 please", "617-555-0199"), ("(617) 555-0199", "(617) 555-0199"),
      ("617.555.0199.", "617.555.0199"), ("my number: 6175550199", "6175550199"),
      ("+1 617 555 0199", "+1 617 555 0199"),
      ("1-800-555-0199", "1-800-555-0199"), ("06 12 34 56 78", "06 12 34 56 78"),
      ("+33 6 12 34 56 78", "+33 6 12 34 56 78"),
      ("Tel. 030/1234567", "030/1234567"), ("020 7946 0958", "020 7946 0958"),
      ("llame al móvil 612 345 678", "612 345 678"),
      ("or 555-0199 in the evening", "555-0199"), ("whatsapp 612345678", "612345678"),
      ("(0171) 2345678", "(0171) 2345678"),
      ("call 5550199", "5550199"), ("+49 (0)30 123456", "+49 (0)30 123456"),
    ])
  func telephones(text: String, number: String) {
    #expect(found(text) == ["telephone \(number)"])
  }

  @Test(
    "house numbers, dates, times, sums, places and case numbers are no telephone numbers",
    arguments: [
      "In front of 1204 Main Street", "between 12-14 and 18-20 Elm", "1200 1300 block", "since 2026-11-21",
      "on 21.11.2026", "since 03/04/2026", "on 09.11.2026 08:30", "2026-11-21 14:30", "case 101005123456",
      "case #6175550199",
      "request 7Q4K-2M9P", "42.360123, -71.058912", "ZIP 02118-1234", "2019-2026", "$1,200,000", "0.123456789",
      "pole 4471-22", "SR2026-000123", "bus 66 and 39", "3 x 100 watts", "1 1/2 inches", "the 5000000 dollar bridge",
      "12 345", "room 12.345.6", "", "+", "(", "+ 1", "tel", "call 911", "call 311 or 112",
    ])
  func noTelephones(text: String) {
    #expect(found(text).isEmpty)
  }

  @Test(
    "addresses of mail are found, with the sentence's own marks left out",
    arguments: [
      ("Write to ana.perez@example.com.", "ana.perez@example.com"),
      ("<bo+lamp@mail.example.org>", "bo+lamp@mail.example.org"),
      ("mailto:x_y@a-b.co", "x_y@a-b.co"), ("ÉCRIRE À a@b.fr, merci", "a@b.fr"),
    ])
  func emails(text: String, address: String) {
    #expect(found(text) == ["email \(address)"])
  }

  @Test(
    "an @ alone is no address",
    arguments: [
      "@ the corner", "meet @ 5pm", "@lampworth on the net", "a@b", "a@.com", "a@b..c", "a@b.c", "a@1.2", "@@@@",
    ])
  func noEmails(text: String) {
    #expect(found(text).isEmpty)
  }

  @Test(
    "number plates are found in the forms of some countries",
    arguments: [
      ("The car ABC 1234 blocks it", "ABC 1234"), ("a van, plate 7ABC123", "7ABC123"),
      ("Ford abandoned, 1AB 234", "1AB 234"),
      ("voiture AB-123-CD garée", "AB-123-CD"), ("coche 1234 BCD", "1234 BCD"),
      ("parked AB12 CDE all week", "AB12 CDE"),
      ("Wagen B-MW 1234 steht", "B-MW 1234"), ("M-AB 12 again", "M-AB 12"), ("plate XYZ-987 here", "XYZ-987"),
    ])
  func plates(text: String, plate: String) {
    #expect(found(text) == ["plate \(plate)"])
  }

  @Test(
    "words before numbers, references, postal codes and lamp numbers are no plates",
    arguments: [
      "the bus 123 stop", "THE 100 BLOCK", "BUS 123 IS LATE", "The BMW 320 is red", "reference 7Q4K-2M9P", "SW1A 1AA",
      "K1A 0B1", "pole A-4471", "CAS-2026-1234", "Route I-90", "US-1 near MA-28", "On the APT 204 door", "LED 150 W",
      "abc 1234", "Elm St 1234", "2 AM to 5 PM", "A B 12", "E85", "WW2 memorial", "COVID19",
    ])
  func noPlates(text: String) {
    #expect(found(text).isEmpty)
  }

  @Test("several are told once each, in the order of the text")
  func several() {
    let text = "ABC 1234: call 617-555-0199 or a@b.com. Again: a@b.com, 617-555-0199."
    #expect(found(text) == ["plate ABC 1234", "telephone 617-555-0199", "email a@b.com"])
  }

  @Test("long texts of strangers cost little")
  func hostile() {
    for unit in ["@", "a@", "+1", "(((", "1 ", "1-", "A1-", "AB 12 ", "é", "\u{0}"] {
      let text = String(String(repeating: unit, count: 10_000).prefix(10_000))
      let start = ContinuousClock.now
      _ = PersonalDetail.found(in: text)
      #expect(ContinuousClock.now - start < .seconds(5), "\(unit)")
    }
  }
}
