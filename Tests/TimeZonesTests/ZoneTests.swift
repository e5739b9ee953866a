import Foundation
import Testing

@testable import TimeZones

struct ZoneTests {
  static let names = [
    "America/New_York", "America/St_Johns", "America/Sao_Paulo", "America/Caracas", "America/Santiago", "Europe/London",
    "Europe/Berlin", "Europe/Dublin", "Africa/Casablanca", "Africa/Cairo", "Asia/Kolkata", "Asia/Kathmandu",
    "Asia/Tokyo", "Australia/Sydney", "Australia/Lord_Howe", "Australia/Eucla", "Pacific/Auckland", "Pacific/Chatham",
    "Pacific/Apia", "Pacific/Kiritimati", "Etc/GMT+5", "UTC",
  ]

  @Test("offsets are those of the reference, from 1970 to 2037 and beyond what is listed", arguments: names)
  func offsets(name: String) throws {
    let zone = try #require(Zone(identifier: name))
    let reference = try #require(TimeZone(identifier: name))
    var differences = 0
    // An odd number of seconds, so that every hour of the day comes by.
    for instant in stride(from: 0, to: 2_100_000_000, by: 158_407) {
      let date = Date(timeIntervalSince1970: Double(instant))
      if zone.offset(at: instant) != reference.secondsFromGMT(for: date) { differences += 1 }
    }
    #expect(differences == 0)
    for year in [2040, 2060] where name.hasPrefix("America/New") || name.hasPrefix("Australia/Syd") {
      for month in 1...12 {
        let instant = CivilDay(year: year, month: month, day: 15).number * 86_400
        let date = Date(timeIntervalSince1970: Double(instant))
        #expect(zone.offset(at: instant) == reference.secondsFromGMT(for: date))
      }
    }
  }

  @Test("an hour that is left out is the moment of the change, one that is there twice its first appearance")
  func wallClock() throws {
    let zone = try #require(Zone(identifier: "America/New_York"))
    let spring = CivilDay(year: 2026, month: 3, day: 8).number * 86_400
    let change = spring + 7 * 3600
    #expect(zone.instant(ofWallClock: spring + 2 * 3600) == change)
    #expect(zone.instant(ofWallClock: spring + 2 * 3600 + 1800) == change)
    #expect(zone.instant(ofWallClock: spring + 3 * 3600) == change)
    #expect(zone.instant(ofWallClock: spring + 3600) == spring + 6 * 3600)
    let autumn = CivilDay(year: 2026, month: 11, day: 1).number * 86_400
    #expect(zone.instant(ofWallClock: autumn + 3600) == autumn + 5 * 3600)
    #expect(zone.instant(ofWallClock: autumn + 3600 + 1800) == autumn + 5 * 3600 + 1800)
    #expect(zone.instant(ofWallClock: autumn + 2 * 3600) == autumn + 7 * 3600)
  }

  @Test("the wall clock's map is monotone through a year, and right back where a reading is there", arguments: names)
  func monotone(name: String) throws {
    let zone = try #require(Zone(identifier: name))
    let start = CivilDay(year: 2011, month: 1, day: 1).number * 86_400
    var last = Int.min
    for reading in stride(from: start, to: start + 366 * 86_400, by: 900) {
      let instant = zone.instant(ofWallClock: reading)
      #expect(instant >= last)
      last = instant
      let shown = instant + zone.offset(at: instant)
      // Only an hour (in Samoa once a day) that is left out shows something later.
      #expect(shown == reading || zone.offset(at: instant) > zone.offset(at: instant - 1))
    }
  }

  @Test("names that are none, or lead elsewhere, are refused")
  func refused() {
    for name in [
      "", "Mars/Base", "../../../etc/passwd", "/etc/passwd", "America", "right/UTC", "a//b", "tzdata.zi", "é",
    ] {
      #expect(Zone(identifier: name) == nil, "\(name)")
    }
    #expect(Zone(identifier: "x", parsing: Array("TZif2".utf8)) == nil)
    #expect(Zone(identifier: "x", parsing: Array("TZif2".utf8) + [UInt8](repeating: 0xFF, count: 300)) == nil)
  }

  @Test("days are counted as by the calendar")
  func days() {
    for number in stride(from: -200_000, to: 200_000, by: 7) { #expect(CivilDay(number: number).number == number) }
    #expect(CivilDay("2024-02-29")?.number == 19_782 && CivilDay("2023-02-29") == nil && CivilDay("2023-1-01") == nil)
    #expect(CivilDay(number: 0).weekday == 4 && CivilDay(number: -1).weekday == 3)
    #expect(CivilDay(year: 2026, month: 3, day: 8).description == "2026-03-08")
  }
}
