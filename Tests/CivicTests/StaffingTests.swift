import Civic
import Testing

struct StaffingTests {
  private func attempt(
    _ old: Staffing.Standing, _ new: Staffing.Standing, by role: Role, isOwn: Bool = false, others: Int = 1
  ) -> Staffing.Refusal? {
    do throws(Staffing.Refusal) {
      try Staffing.check(from: old, to: new, isOwn: isOwn, by: role, otherAdministrators: others)
      return nil
    } catch { return error }
  }

  @Test("every change of role by every role is allowed or refused as the rules say", arguments: Role.allCases)
  func roles(by role: Role) {
    for from in Role.allCases {
      for to in Role.allCases {
        let makesOne = to == .operator && from != .operator
        let allowed = !makesOne && (role == .operator || (role == .administrator && from != .operator))
        #expect(
          attempt(.init(from), .init(to), by: role) == (allowed ? nil : .forbidden), "\(from) → \(to) by \(role)")
      }
    }
  }

  @Test("nobody changes their own role or access, though they may change the rest", arguments: Role.allCases)
  func own(role: Role) {
    let mayKeepPeople = role == .administrator || role == .operator
    for other in Role.allCases where other != role && other != .operator {
      #expect(attempt(.init(role), .init(other), by: role, isOwn: true) == (mayKeepPeople ? .ownAccount : .forbidden))
    }
    let off = attempt(.init(role), .init(role, isActive: false), by: role, isOwn: true)
    #expect(off == (mayKeepPeople ? .ownAccount : .forbidden))
    #expect(attempt(.init(role), .init(role), by: role, isOwn: true) == (mayKeepPeople ? nil : .forbidden))
  }

  @Test("the last active administrator keeps role and access")
  func last() {
    for new in [Staffing.Standing(.agent), .init(.administrator, isActive: false)] {
      #expect(attempt(.init(.administrator), new, by: .operator, others: 0) == .lastAdministrator)
      #expect(attempt(.init(.administrator), new, by: .operator, others: 1) == nil)
    }
    #expect(attempt(.init(.administrator), .init(.administrator), by: .operator, others: 0) == nil)
    #expect(attempt(.init(.administrator, isActive: false), .init(.agent), by: .operator, others: 0) == nil)
    #expect(attempt(.init(.agent), .init(.viewer), by: .operator, others: 0) == nil)
  }

  @Test(
    "who keeps the people opens a way back into others' accounts, operators' only operators", arguments: Role.allCases)
  func restoring(by role: Role) {
    func attempt(_ account: Role, isOwn: Bool = false) -> Staffing.Refusal? {
      do throws(Staffing.Refusal) {
        try Staffing.checkRestoring(accountOf: account, isOwn: isOwn, by: role)
        return nil
      } catch { return error }
    }
    for account in Role.allCases {
      let may = role == .operator || (role == .administrator && account != .operator)
      #expect(attempt(account) == (may ? nil : .forbidden), "\(account) by \(role)")
    }
    let keepsPeople = role == .administrator || role == .operator
    #expect(attempt(role, isOwn: true) == (keepsPeople ? .ownAccount : .forbidden))
  }

  @Test("everybody may leave but the last active administrator", arguments: Role.allCases)
  func leaving(role: Role) {
    for (isActive, others) in [(true, 0), (true, 1), (false, 0)] {
      var refused = false
      do throws(Staffing.Refusal) {
        try Staffing.checkLeaving(.init(role, isActive: isActive), otherAdministrators: others)
      } catch { refused = error == .lastAdministrator }
      #expect(refused == (role == .administrator && isActive && others == 0))
    }
  }

  @Test("administrators and operators give every role of staff but operator, others none")
  func gifts() {
    #expect(Staffing.rolesToGive(by: .administrator) == [.viewer, .agent, .crew, .manager, .administrator])
    #expect(Staffing.rolesToGive(by: .operator) == [.viewer, .agent, .crew, .manager, .administrator])
    for role in [Role.citizen, .viewer, .agent, .crew, .manager] { #expect(Staffing.rolesToGive(by: role).isEmpty) }
  }

  @Test("staff can be limited, but for those who could lift the limit")
  func limited() {
    #expect(Role.allCases.filter(\.canBeLimited) == [.viewer, .agent, .crew, .manager])
  }

  @Test("a limit to areas and categories leaves what lies in one of each")
  func limits() {
    #expect(StaffLimits.none.isEmpty && StaffLimits.none.cover(category: 1, areas: []))
    let areas = StaffLimits(areas: [3, 4])
    #expect(areas.cover(category: 1, areas: [9, 4]) && !areas.cover(category: 1, areas: [5]))
    #expect(!areas.cover(category: 1, areas: []), "an unknown place lies nowhere")
    let categories = StaffLimits(categories: [1])
    #expect(categories.cover(category: 1, areas: []) && !categories.cover(category: 2, areas: [3]))
    let both = StaffLimits(areas: [3], categories: [1])
    #expect(both.cover(category: 1, areas: [3]))
    #expect(!both.cover(category: 2, areas: [3]) && !both.cover(category: 1, areas: [4]))
  }
}
