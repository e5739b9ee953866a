import Civic
import Foundation
import Testing
import TimeZones

/// Nine to five with an hour at noon, on weekdays; Thanksgiving of 2026 and each New Year's Day are off.
private func office(_ zone: String = "America/New_York") throws -> ServiceClock {
  let day = [ServiceCalendar.Span(start: 540, end: 720), .init(start: 780, end: 1020)]
  let calendar = try ServiceCalendar(
    weekly: [[], day, day, day, day, day, []],
    holidays: [.once(CivilDay(year: 2026, month: 11, day: 26)), .yearly(month: 1, day: 1)])
  return ServiceClock(calendar, in: try #require(Zone(identifier: zone)))
}

/// A night shift: 22:00 to 6:00, every day.
private func night(_ zone: String) throws -> ServiceClock {
  let day = [ServiceCalendar.Span(start: 1320, end: 1440), .init(start: 0, end: 360)]
  let calendar = try ServiceCalendar(weekly: Array(repeating: day, count: 7))
  return ServiceClock(calendar, in: try #require(Zone(identifier: zone)))
}

private func time(_ text: String) throws -> Date { try Date(text, strategy: .iso8601) }

/// The same numbers on every run.
private struct Dice: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state ^ state >> 29
  }
}

struct ServiceClockTests {
  @Test("working time goes on where it stopped: over noon, the night, the week-end and a holiday")
  func due() throws {
    let clock = try office()
    // Monday, November 23, 2026, 10:00 in New York.
    let monday = try time("2026-11-23T15:00:00Z")
    #expect(clock.due(after: monday, working: 3600) == (try time("2026-11-23T16:00:00Z")))
    #expect(clock.due(after: monday, working: 2 * 3600) == (try time("2026-11-23T17:00:00Z")))
    #expect(clock.due(after: monday, working: 3 * 3600) == (try time("2026-11-23T19:00:00Z")))
    #expect(clock.due(after: monday, working: 7 * 3600) == (try time("2026-11-24T15:00:00Z")))
    // Twenty hours: to Wednesday evening; Thursday is Thanksgiving, then Friday 9 to 10.
    #expect(clock.due(after: monday, working: 21 * 3600) == (try time("2026-11-27T15:00:00Z")))
    #expect(clock.due(after: monday, working: 28 * 3600) == (try time("2026-11-30T15:00:00Z")))
    // On a Saturday the time begins on Monday.
    #expect(clock.due(after: try time("2026-11-21T12:00:00Z"), working: 60) == (try time("2026-11-23T14:01:00Z")))
    #expect(clock.due(after: monday, working: 0) == monday)
  }

  @Test("a yearly holiday is one in every year")
  func yearly() throws {
    let clock = try office()
    for year in 2020...2040 {
      #expect(!clock.isWorking(at: try time("\(year)-01-01T15:30:00Z")))
      #expect(clock.calendar.spans(on: CivilDay(year: year, month: 1, day: 1)).isEmpty)
    }
  }

  @Test("hours are the wall clock's: nine in the morning is nine in summer and in winter")
  func summer() throws {
    let clock = try office()
    #expect(!clock.isWorking(at: try time("2026-07-01T12:59:59Z")))
    #expect(clock.isWorking(at: try time("2026-07-01T13:00:00Z")))
    #expect(!clock.isWorking(at: try time("2026-12-01T13:59:59Z")))
    #expect(clock.isWorking(at: try time("2026-12-01T14:00:00Z")))
    #expect(!clock.isWorking(at: try time("2026-12-01T22:00:00Z")))
  }

  @Test("an hour that is left out is not worked, one that is there twice is worked twice")
  func daylightSaving() throws {
    let clock = try night("America/New_York")
    // March 7, 22:00 to March 8, 6:00: seven hours. November 7 of 2026: eight; October 31 to November 1: nine.
    let hours = { (start: String, end: String) in
      clock.workingTime(from: try time(start), to: try time(end)) / 3600
    }
    #expect(try hours("2026-03-08T00:00:00Z", "2026-03-08T20:00:00Z") == 7)
    #expect(try hours("2026-10-31T20:00:00Z", "2026-11-01T20:00:00Z") == 9)
    #expect(try hours("2026-11-07T20:00:00Z", "2026-11-08T20:00:00Z") == 8)
    #expect(clock.due(after: try time("2026-03-08T03:00:00Z"), working: 7 * 3600) == (try time("2026-03-08T10:00:00Z")))
    #expect(clock.due(after: try time("2026-11-01T02:00:00Z"), working: 9 * 3600) == (try time("2026-11-01T11:00:00Z")))
    // From half past one to two only exists twice as a whole.
    let span = ServiceCalendar.Span(start: 90, end: 150)
    let early = ServiceClock(try ServiceCalendar(weekly: Array(repeating: [span], count: 7)), in: clock.zone)
    #expect(early.workingTime(from: try time("2026-11-01T04:00:00Z"), to: try time("2026-11-01T12:00:00Z")) == 7200)
    #expect(early.workingTime(from: try time("2026-03-08T04:00:00Z"), to: try time("2026-03-08T12:00:00Z")) == 1800)
  }

  @Test("round the clock every second counts, in every zone, over every change", arguments: ["UTC", "Europe/London"])
  func roundTheClock(name: String) throws {
    let clock = ServiceClock(.roundTheClock, in: try #require(Zone(identifier: name)))
    var dice = Dice(state: 1)
    for _ in 0..<500 {
      let start = Date(timeIntervalSince1970: Double(Int.random(in: 0...2_000_000_000, using: &dice)))
      let seconds = Double(Int.random(in: 1...30_000_000, using: &dice))
      #expect(clock.due(after: start, working: seconds) == start.addingTimeInterval(seconds))
      #expect(clock.workingTime(from: start, to: start.addingTimeInterval(seconds)) == seconds)
    }
  }

  @Test(
    "due is the inverse of working time, it rises, and it is a working moment",
    arguments: ["America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "Pacific/Apia", "Asia/Kolkata"])
  func inverse(zone: String) throws {
    var dice = Dice(state: 7)
    for clock in [try office(zone), try night(zone)] {
      for _ in 0..<400 {
        let start = Date(timeIntervalSince1970: Double(Int.random(in: 1_000_000_000...1_900_000_000, using: &dice)))
        let seconds = Double(Int.random(in: 1...1_000_000, using: &dice))
        let due = try #require(clock.due(after: start, working: seconds))
        #expect(clock.workingTime(from: start, to: due) == seconds)
        #expect(clock.isWorking(at: due.addingTimeInterval(-1)))
        #expect(try #require(clock.due(after: start, working: seconds + 1)) > due)
        // In two steps as in one.
        let half = try #require(clock.due(after: start, working: seconds / 2))
        #expect(clock.due(after: half, working: seconds - seconds / 2) == due)
        let middle = start.addingTimeInterval(due.timeIntervalSince(start) / 3)
        let parts = clock.workingTime(from: start, to: middle) + clock.workingTime(from: middle, to: due)
        #expect(abs(parts - seconds) < 0.001)
      }
    }
  }

  @Test("working time between the second and the first is none")
  func backwards() throws {
    let clock = try office()
    #expect(clock.workingTime(from: try time("2026-11-24T00:00:00Z"), to: try time("2026-11-23T00:00:00Z")) == 0)
  }

  @Test("time on hold does not count, what is late already stays late")
  func pauses() throws {
    let clock = try office()
    let target = try time("2026-11-24T15:00:00Z")  // Tuesday, 10:00
    let pause = { (start: String, end: String) in
      ServiceClock.Pause(start: try time(start), end: try time(end))
    }
    #expect(clock.postponed(target, by: []) == target)
    // Monday 15:00 to 17:00 and the night: two hours.
    let held = try pause("2026-11-23T20:00:00Z", "2026-11-24T10:00:00Z")
    #expect(clock.postponed(target, by: [held]) == (try time("2026-11-24T17:00:00Z")))
    // A second one, which the first made room for.
    let second = try pause("2026-11-24T15:30:00Z", "2026-11-24T16:30:00Z")
    #expect(clock.postponed(target, by: [held, second]) == (try time("2026-11-24T19:00:00Z")))
    #expect(clock.postponed(target, by: [second]) == target)
    // Nobody worked meanwhile.
    #expect(clock.postponed(target, by: [try pause("2026-11-21T00:00:00Z", "2026-11-22T00:00:00Z")]) == target)
  }

  @Test("a pause is as much as its working time: the target moves by exactly that")
  func pausesMove() throws {
    let clock = try office()
    var dice = Dice(state: 3)
    for _ in 0..<300 {
      let start = Date(timeIntervalSince1970: Double(Int.random(in: 1_700_000_000...1_800_000_000, using: &dice)))
      let target = try #require(clock.due(after: start, working: 40 * 3600))
      let from = start.addingTimeInterval(Double(Int.random(in: 0...100_000, using: &dice)))
      let pause = ServiceClock.Pause(
        start: from, end: from.addingTimeInterval(Double.random(in: 0...900_000, using: &dice)))
      let moved = try #require(clock.postponed(target, by: [pause]))
      let worked = clock.workingTime(from: start, to: moved) - clock.workingTime(from: pause.start, to: pause.end)
      #expect(abs(worked - 40 * 3600) < 0.01)
    }
  }

  @Test("what would take for ever is never due, and found out soon")
  func bounded() throws {
    let everyDay = Set(
      (1...12).flatMap { month in (1...31).map { ServiceCalendar.Holiday.yearly(month: month, day: $0) } })
    let never = ServiceClock(
      try ServiceCalendar(weekly: Array(repeating: [.init(start: 0, end: 1440)], count: 7), holidays: everyDay),
      in: .gmt)
    #expect(never.due(after: try time("2026-01-01T00:00:00Z"), working: 1) == nil)
    #expect(try office().due(after: .now, working: 1e12) == nil)
    #expect(try office().workingTime(from: .distantPast, to: .distantFuture) > 0)
    #expect(try office().due(after: .distantFuture, working: 1) != .distantFuture)
  }
}

struct ServiceCalendarTests {
  private typealias Span = ServiceCalendar.Span

  private func refusal(_ monday: [Span]) -> ServiceCalendar.Refusal? {
    do throws(ServiceCalendar.Refusal) {
      _ = try ServiceCalendar(weekly: [[], monday, [], [], [], [], []])
      return nil
    } catch { return error }
  }

  @Test("a calendar without hours is refused, and spans that are none or overlap")
  func refused() {
    #expect(refusal([]) == .noHours)
    #expect(refusal([Span(start: 600, end: 600)]) == .badSpan)
    #expect(refusal([Span(start: 1320, end: 360)]) == .badSpan)
    #expect(refusal([Span(start: -1, end: 360)]) == .badSpan)
    #expect(refusal([Span(start: 0, end: 1441)]) == .badSpan)
    #expect(refusal([Span(start: 500, end: 600), Span(start: 599, end: 700)]) == .overlap)
    #expect(refusal([Span(start: 600, end: 700), Span(start: 500, end: 600)]) == nil)
    #expect(refusal((0..<7).map { Span(start: $0 * 60, end: $0 * 60 + 30) }) == .tooMany)
    #expect(throws: ServiceCalendar.Refusal.tooMany) { try ServiceCalendar(weekly: []) }
  }
}

struct ServiceTargetsTests {
  @Test("a target is counted on the category's calendar, plain hours round the clock, and none promises nothing")
  func dates() throws {
    let clock = try office()
    let friday = try time("2026-11-27T21:00:00Z")  // 16:00
    let targets = ServiceTargets(
      byPriority: [
        .high: .init(firstResponse: 30, resolution: 120), .low: .init(firstResponse: 60),
        .urgent: .init(resolution: 60),
      ], resolutionHours: 48)
    let high = targets.dates(for: .high, madeAt: friday, on: clock)
    #expect(high.respondBy == (try time("2026-11-27T21:30:00Z")))
    #expect(high.expectedBy == (try time("2026-11-30T15:00:00Z")))
    // Where a priority has no resolution of its own, the plain hours hold.
    let low = targets.dates(for: .low, madeAt: friday, on: clock)
    #expect(low.respondBy == (try time("2026-11-27T22:00:00Z")))
    #expect(low.expectedBy == friday.addingTimeInterval(48 * 3600))
    #expect(targets.dates(for: .urgent, madeAt: friday, on: clock).respondBy == nil)
    #expect(ServiceTargets().dates(for: .medium, madeAt: friday, on: clock) == ServiceDates())
  }

  @Test("on time is until the target's second; what is on hold does not run late")
  func verdicts() throws {
    let target = try time("2026-11-27T12:00:00Z")
    let (before, after) = (target.addingTimeInterval(-1), target.addingTimeInterval(1))
    #expect(
      TargetVerdict.onTime(closedAt: target, target: target) && !TargetVerdict.onTime(closedAt: after, target: target))
    #expect(TargetVerdict.of(target: nil, closedAt: target, at: after) == .noTarget)
    #expect(TargetVerdict.of(target: target, closedAt: target, at: after) == .onTime)
    #expect(TargetVerdict.of(target: target, closedAt: after, at: after) == .late)
    #expect(TargetVerdict.of(target: target, closedAt: nil, at: before) == .pending)
    #expect(TargetVerdict.of(target: target, closedAt: nil, at: after) == .overdue)
    #expect(TargetVerdict.of(target: target, closedAt: nil, heldSince: before, at: after) == .pending)
    #expect(
      TargetVerdict.of(target: target, closedAt: nil, heldSince: after, at: after.addingTimeInterval(9)) == .overdue)
  }
}
