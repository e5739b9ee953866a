import Civic
import FoundationEssentials
import Testing

/// An answer within an hour, an end within ten, each warned of after four fifths.
struct DeadlineWatchTests {
  private static let start = Date(timeIntervalSince1970: 1_800_000_000)

  private static func hour(_ hours: Double) -> Date { start.addingTimeInterval(hours * 3600) }

  private static func watch(isAnswered: Bool = false, moved by: Double = 0) -> DeadlineWatch {
    DeadlineWatch(
      ServiceDates(respondBy: hour(1), expectedBy: hour(10 + by)),
      warnings: ServiceDates(respondBy: hour(0.8), expectedBy: hour(8 + by)), isAnswered: isAnswered)
  }

  @Test("each alert has its moment, and is told once")
  func once() {
    let watch = Self.watch()
    var alerted: Set<DeadlineAlert> = []
    var told: [DeadlineAlert] = []
    var looks = 0
    while let next = watch.next(alerted: alerted), looks < 10 {
      #expect(watch.due(at: next.addingTimeInterval(-1), alerted: alerted).isEmpty)
      let due = watch.due(at: next, alerted: alerted)
      #expect(due.count == 1)
      told += due
      alerted.formUnion(due)
      #expect(watch.due(at: next, alerted: alerted).isEmpty)
      looks += 1
    }
    #expect(told == [.responseWarning, .responseBreach, .resolutionWarning, .resolutionBreach])
    #expect(watch.next(alerted: alerted) == nil)
  }

  @Test("of what was missed already nobody is warned")
  func late() {
    #expect(Self.watch().due(at: Self.hour(20), alerted: []) == [.responseBreach, .resolutionBreach])
    #expect(Self.watch().due(at: Self.hour(9), alerted: []) == [.responseBreach, .resolutionWarning])
    #expect(
      DeadlineAlert.resolutionBreach.warning == .resolutionWarning && DeadlineAlert.responseWarning.warning == nil)
    #expect(DeadlineAlert.allCases.filter(\.isBreach) == [.responseBreach, .resolutionBreach])
  }

  @Test("once it is answered its answer is no matter any more")
  func answered() {
    let watch = Self.watch(isAnswered: true)
    #expect(watch.due(at: Self.hour(2), alerted: []).isEmpty)
    #expect(watch.next(alerted: []) == Self.hour(8))
  }

  @Test("without targets there is nothing to tell")
  func nothing() {
    let watch = DeadlineWatch(ServiceDates(), warnings: ServiceDates(), isAnswered: false)
    #expect(watch.next(alerted: []) == nil && watch.due(at: .distantFuture, alerted: []).isEmpty)
  }

  @Test("a target that lies ahead again is told again, one that does not stays told")
  func moved() {
    let all = Set(DeadlineAlert.allCases)
    let moved = Self.watch(isAnswered: true, moved: 5)
    let remaining = moved.remaining(of: all, at: Self.hour(11))
    #expect(remaining == [.responseWarning, .responseBreach])
    #expect(moved.next(alerted: remaining) == Self.hour(13))
    #expect(moved.remaining(of: all, at: Self.hour(14)) == [.responseWarning, .responseBreach, .resolutionWarning])
    #expect(Self.watch().remaining(of: all, at: Self.hour(11)) == all)
  }
}
