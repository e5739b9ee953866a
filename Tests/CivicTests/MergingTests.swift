import Civic
import Testing

struct MergingTests {
  private func side(
    _ id: Int, _ status: Status, merged: Bool = false, open: Bool = true, category: Int = 1
  ) -> Merging.Side {
    Merging.Side(id: id, status: status, isMerged: merged, isOpen: open, category: category)
  }

  private func refusal(
    _ duplicate: Merging.Side, _ survivor: Merging.Side, _ workflow: Workflow = Workflow()
  ) -> Merging.Refusal? {
    do throws(Merging.Refusal) {
      try Merging.check(duplicate, into: survivor, workflow)
      return nil
    } catch { return error }
  }

  @Test("every pair of statuses: what is open, or a duplicate of nothing known, goes into what was not taken back")
  func statuses() {
    for from in Status.allCases {
      for to in Status.allCases {
        let expected: Merging.Refusal? =
          switch (from, to) {
          case (.completed, _), (.closed, _), (.rejected, _), (.withdrawn, _): .status(.transitionNotAllowed)
          case (_, .withdrawn), (_, .duplicate): .survivorEnded(to)
          default: nil
          }
        #expect(refusal(side(1, from), side(2, to)) == expected, "\(from) into \(to)")
        #expect(refusal(side(1, from), side(1, to)) == .itself)
        #expect(refusal(side(1, from, merged: true), side(2, to)) == .alreadyMerged)
        #expect(refusal(side(1, from), side(2, to), Workflow(off: [.duplicate])) == .status(.switchedOff))
      }
    }
  }

  @Test("nobody reads at the survivor what they could not read before, whatever the two requests are")
  func audiences() {
    for (duplicate, survivor) in [(true, true), (true, false), (false, true), (false, false)] {
      let (from, to) = (side(1, .submitted, open: duplicate), side(2, .submitted, open: survivor))
      #expect(Merging.moves(.staff, from: from, to: to), "those who work on the category read both")
      let other = side(2, .submitted, open: survivor, category: 2)
      #expect(Merging.moves(.staff, from: from, to: other) == (duplicate && survivor))
      #expect(!Merging.moves(.reporter, from: from, to: to))
      #expect(Merging.moves(.everyone, from: from, to: to) == (duplicate && survivor))
    }
  }
}
