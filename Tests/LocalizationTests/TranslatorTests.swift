import FoundationEssentials
import Testing
import TimeZones

@testable import Localization

@Suite struct TranslatorTests {
  private static let french = """
    # A comment.
    msgid ""
    msgstr ""
    "Content-Type: text/plain; charset=UTF-8\\n"
    "Plural-Forms: nplurals=2; plural=(n > 1);\\n"

    #: somewhere
    msgid "Report a problem"
    msgstr "Signaler un "
    "problème"

    msgid "{count} report"
    msgid_plural "{count} reports"
    msgstr[0] "{count} signalement"
    msgstr[1] "{count} signalements"

    #, fuzzy
    msgid "Guessed"
    msgstr "Deviné"

    msgid "Say \\"{word}\\""
    msgstr "Dites « {word} »"
    """

  private func translator(_ language: Language, _ text: String? = nil) throws -> Translator {
    Translator(
      language, try text.map { try Catalogue(parsing: $0) }, timeZone: Zone(identifier: "America/New_York")!)
  }

  @Test("a message is said in the language, and in English where the catalogue lacks it or is not sure")
  func messages() throws {
    let t = try translator(.french, Self.french)
    #expect(t("Report a problem") == "Signaler un problème")
    #expect(t("Nobody translated this") == "Nobody translated this")
    #expect(t("Guessed") == "Guessed")
  }

  @Test("values are filled in once: braces inside of a value stay")
  func values() throws {
    let t = try translator(.french, Self.french)
    #expect(t("Say \"{word}\"", ["word": "{count} {word}"]) == "Dites « {count} {word} »")
    #expect(t("{unknown} {", ["word": "x"]) == "{unknown} {")
  }

  @Test("plurals follow the language: zero is singular in French, plural in English")
  func plurals() throws {
    let (french, english) = (try translator(.french, Self.french), try translator(.english))
    let counts = [0, 1, 2, 1_234_567]
    #expect(
      counts.map { french.plural("{count} report", "{count} reports", $0) } == [
        "0 signalement", "1 signalement", "2 signalements", "1\u{202F}234\u{202F}567 signalements",
      ])
    #expect(
      counts.map { english.plural("{count} report", "{count} reports", $0) } == [
        "0 reports", "1 report", "2 reports", "1,234,567 reports",
      ])
  }

  @Test("dates stand in the township's time zone, across midnight and daylight saving")
  func dates() throws {
    let t = try translator(.english)
    // 2026-11-21T03:05:00Z is the evening before in New York.
    let date = Date(timeIntervalSince1970: 1_795_230_300)
    #expect(t.dateAndTime(date) == "November 20, 2026, 10:05 PM")
    #expect(t.weekdayAndDate(date) == "Friday, November 20")
    let summer = Date(timeIntervalSince1970: 1_782_878_700)  // 2026-07-01T04:05:00Z
    #expect(t.dateAndTime(summer) == "July 1, 2026, 12:05 AM")
    #expect(try translator(.french).date(summer) == "July 1er, 2026")
  }

  @Test("clock and calendar are those of Foundation, on every day of four centuries and around midnight")
  func calendar() throws {
    for name in ["America/New_York", "Asia/Kolkata", "Pacific/Apia", "UTC"] {
      let zone = try #require(Zone(identifier: name))
      var calendar = Calendar(identifier: .gregorian)
      calendar.timeZone = try #require(TimeZone(identifier: name))
      // 1899 to 2299, in steps that meet every hour of the day.
      for step in stride(from: -2_240_000_000, to: 10_380_000_000, by: 3_661_111) {
        let date = Date(timeIntervalSince1970: Double(step) + 0.9)
        let time = LocalTime(date, zone)
        let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute, .weekday], from: date)
        try #require(
          [time.year, time.month, time.day, time.hour, time.minute, time.weekday + 1]
            == [parts.year!, parts.month!, parts.day!, parts.hour!, parts.minute!, parts.weekday!], "\(step) \(name)")
      }
    }
  }

  @Test(
    "a time that is near is said by its distance",
    arguments: [
      (-20.0, "just now"), (-61, "1 minute ago"), (-7200, "2 hours ago"), (-200_000, "2 days ago"), (90, "in 1 minute"),
      (3600 * 47, "in 47 hours"), (3600 * 73, "in 3 days"),
    ] as [(Double, String)])
  func relative(seconds: Double, words: String) throws {
    let now = Date(timeIntervalSince1970: 1_795_230_300)
    #expect(try translator(.english).relative(now.addingTimeInterval(seconds), to: now) == words)
  }

  @Test(
    "a day is said by the calendar: ten days from this evening are ten days, though an hour is missing",
    arguments: [
      (0.0, "today"), (3600, "today"), (3600 * 2, "tomorrow"), (-3600 * 22.2, "yesterday"),
      (86_400 * 10 - 60, "in 10 days"),
      (-86_400 * 3, "3 days ago"),
    ] as [(Double, String)])
  func relativeDay(seconds: Double, words: String) throws {
    // 10:05 PM of November 20 in New York.
    let now = Date(timeIntervalSince1970: 1_795_230_300)
    #expect(try translator(.english).relativeDay(now.addingTimeInterval(seconds), to: now) == words)
    // Clocks go back on November 1, 2026: that day has 25 hours.
    let before = Date(timeIntervalSince1970: 1_793_509_200)
    #expect(
      try translator(.english).relativeDay(before.addingTimeInterval(86_400 * 2 + 1800), to: before) == "in 2 days")
  }

  @Test(
    "the browser's wish is heard",
    arguments: [
      ("fr-CA,fr;q=0.9,en;q=0.8", Language.french), ("de, es;q=0.5, en;q=0.4", Language.spanish),
      ("en", Language.english), ("fr;q=0, es", Language.spanish),
    ])
  func negotiation(header: String, language: Language) {
    #expect(Language.negotiate(header) == language)
    #expect(Language.negotiate("de, *") == nil)
    #expect(Language.negotiate(",;q=,;;fr;q=x") == nil)
  }

  @Test(
    "a file that is no catalogue is refused, with its line",
    arguments: ["msgid \"open", "msgid", "wrong \"x\"", "msgstr[9] \"x\""])
  func malformed(text: String) {
    #expect(throws: Catalogue.Malformed.self) { try Catalogue(parsing: "\n" + text) }
  }
}
