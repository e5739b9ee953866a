import Civic
import Testing

struct WorkflowTests {
  /// The table again, written the other way round, so that a slip in either shows: a line for each status that is left, a
  /// word for each that is reached, in the order of `Status.allCases`. h by hand, o by opening, a by assigning, m by
  /// merging, c by confirming, d by disputing, w by withdrawing, s by silence; - by nothing.
  static let table: [Status: String] = [
    //            subm revw asgn prog hold comp clos rejc dupl wthd
    .submitted: " -    ho   ha   h    h    h    -    h    hm   w",
    .underReview: "-   -    ha   h    h    h    -    h    hm   w",
    .assigned: "  -    h    -    h    h    h    -    h    hm   w",
    .inProgress: "-    -    h    -    h    h    -    h    hm   w",
    .onHold: "    -    h    h    h    -    h    -    h    hm   w",
    .completed: " -    hd   -    -    -    -    hcs  -    -    -",
    .closed: "    -    h    -    -    -    -    -    -    -    -",
    .rejected: "  -    h    -    -    -    -    -    -    -    -",
    .duplicate: " -    h    -    -    -    -    -    -    -    -",
    .withdrawn: " -    -    -    -    -    -    -    -    -    -",
  ]

  static let letters: [Transition.Action: Character] = [
    .byHand: "h", .opening: "o", .assigning: "a", .merging: "m", .confirming: "c", .disputing: "d", .withdrawing: "w",
    .silence: "s",
  ]

  /// Who makes what, the table once more: staff by the permission they need.
  static let makers: [Transition.Action: Set<Transition.Maker>] = [
    .byHand: [.staff(.changeStatus)], .opening: [.staff(.changeStatus)], .assigning: [.staff(.assign)],
    .merging: [.staff(.editRequest)], .confirming: [.reporter], .disputing: [.reporter],
    .withdrawing: [.reporter, .staff(.editRequest)], .silence: [.township],
  ]

  static let everybody: [Transition.Maker] = Permission.allCases.map { .staff($0) } + [.reporter, .township]

  @Test(
    "each of the hundred steps is open to those whom the table names, and to nobody else", arguments: Status.allCases)
  func steps(from: Status) throws {
    let row = try #require(Self.table[from]).split(separator: " ")
    try #require(row.count == Status.allCases.count)
    for (to, letters) in zip(Status.allCases, row) {
      let actions = Set(Workflow().transitions.filter { $0.from == from && $0.to == to }.map(\.action))
      #expect(Set(actions.compactMap { Self.letters[$0] }) == Set(letters.filter { $0 != "-" }), "\(from) → \(to)")
      let expected = Set(actions.flatMap { Self.makers[$0] ?? [] })
      for maker in Self.everybody {
        let isOpen = Transition.all.contains { $0.from == from && $0.to == to && $0.makers.contains(maker) }
        #expect(isOpen == expected.contains(maker), "\(from) → \(to) by \(maker)")
      }
    }
  }

  @Test("by hand, every pair of statuses is allowed or refused as the table says", arguments: Status.allCases)
  func pairs(from: Status) throws {
    let row = try #require(Self.table[from]).split(separator: " ")
    for (to, letters) in zip(Status.allCases, row) {
      let attempt = Result {
        try Workflow().check(from: from, to: to, .init(reason: "why", note: "what", needsProof: true, hasProof: true))
      }
      switch attempt {
      case .success: #expect(letters.contains("h"), "\(from) → \(to)")
      case .failure(let error):
        #expect(!letters.contains("h") && error as? Workflow.Refusal == .transitionNotAllowed, "\(from) → \(to)")
      }
      #expect(Workflow().successors(of: from).contains(to) == letters.contains("h"))
    }
  }

  @Test(
    "no status follows itself, nothing leaves withdrawn, and nothing but a switched-off review leads to the beginning")
  func ends() {
    for step in Transition.all {
      #expect(step.from != step.to && step.from != .withdrawn && step.to != .submitted)
    }
  }

  @Test("every ended status but withdrawn can be reopened")
  func reopening() {
    for status in Status.allCases where status.isEnded && status != .withdrawn {
      #expect(Workflow().successors(of: status).contains(.underReview))
      #expect(Workflow(off: [.underReview]).successors(of: status).contains(.submitted))
    }
  }

  @Test("what a step needs: a reason, a note, a photo where the category asks; each is told of in this order")
  func needs() {
    let all = Set(Workflow().transitions.filter { $0.action != .byHand }.flatMap(\.needs))
    #expect(all.isEmpty, "what nobody chooses needs nothing")
    for status in Status.allCases {
      let expected: Set<Transition.Need> =
        switch status {
        case .onHold, .rejected: [.reason]
        case .completed: [.note, .proof]
        default: []
        }
      #expect(Workflow.needs(of: status) == expected, "\(status)")
    }
    let workflow = Workflow()
    func refusal(_ to: Status, _ evidence: Workflow.Evidence) -> Workflow.Refusal? {
      do throws(Workflow.Refusal) {
        try workflow.check(from: .assigned, to: to, evidence)
        return nil
      } catch { return error }
    }
    #expect(refusal(.onHold, .init(reason: "", note: "n")) == .reasonRequired)
    #expect(refusal(.rejected, .init(note: "n")) == .reasonRequired)
    #expect(refusal(.completed, .init(reason: "r", needsProof: true)) == .noteRequired)
    #expect(refusal(.completed, .init(note: "n", needsProof: true)) == .proofRequired)
    #expect(refusal(.completed, .init(note: "n", needsProof: true, hasProof: true)) == nil)
    #expect(refusal(.completed, .init(note: "n", hasProof: true)) == nil)
    #expect(refusal(.closed, .init()) == .transitionNotAllowed)
  }

  @Test("every set of switched-off statuses leaves a workflow in which whatever is open can be done, and ends")
  func switchedOff() {
    let optional = Array(Workflow.optional)
    for bits in 0..<(1 << optional.count) {
      let off = Set(optional.indices.filter { bits & (1 << $0) != 0 }.map { optional[$0] })
      let workflow = Workflow(off: off)
      #expect(workflow.off == off && Set(workflow.used).isDisjoint(with: off))
      for step in workflow.transitions { #expect(!off.contains(step.to), "\(off) \(step)") }
      for status in Status.allCases {
        for target in off {
          #expect(throws: Workflow.Refusal.switchedOff) {
            try workflow.check(from: status, to: target, .init(reason: "r", note: "n"))
          }
        }
        // Also what still stands in a status that was switched off.
        if !status.isEnded { #expect(workflow.successors(of: status).contains(.completed)) }
        #expect(!off.contains(workflow.statusAfterAssignment(from: status)) || off.contains(status))
      }
      #expect(
        workflow.next(from: .completed, by: .disputing) == (off.contains(.underReview) ? .submitted : .underReview))
      #expect(workflow.next(from: .submitted, by: .opening) == (off.contains(.underReview) ? nil : .underReview))
    }
    #expect(Workflow(off: Set(Status.allCases)).off == Workflow.optional, "the rest cannot be switched off")
  }

  @Test("assigning moves only what nobody works on yet")
  func assigning() {
    for status in Status.allCases {
      let after = Workflow().statusAfterAssignment(from: status)
      #expect(after == ([.submitted, .underReview].contains(status) ? .assigned : status))
    }
  }
}
