/// Who may do what: the one table. A use case asks through its actor, never by comparing roles.
public enum Permission: CaseIterable, Sendable {
  /// Read every request with its internal side: internal comments and history, true location, assignee.
  case readInternal
  /// Read a reporter's name, address and telephone number.
  case readContacts
  /// Change title, description, category, priority, location, visibility.
  case editRequest
  case changeStatus
  case assign
  case commentPublicly
  case commentInternally
  /// Write to the reporter in the private thread.
  case commentPrivately
  /// Add a photo or document to a request that is not one's own.
  case attach
  /// Report in the name of somebody else, e.g. a caller.
  case reportForOthers
  /// Decide about what was pointed out as abuse; hide, show again, blacken.
  case moderate
  /// Destroy what was said or sent for good, and read what was blackened but kept.
  case destroy
  /// Keep the categories, and what the township says of itself.
  case manageCategories
  case manageAreas
  /// Keep the texts that staff write often.
  case manageTemplates
  /// Keep the rules by which new reports find their way.
  case manageRules
  /// Read who works here: address, role, departments, limits.
  case readPeople
  /// Invite, change roles, departments and limits, deactivate; keep the departments.
  case managePeople
  case readAudit
  case manageTenants

  /// How far a permission reaches.
  public enum Scope: Sendable, Comparable {
    case none
    /// Requests assigned to the person or to their department.
    case assigned
    /// The whole township.
    case all
  }

  /// The table, a row a permission. A role that is not named has none.
  private var grants: [Role: Scope] {
    switch self {
    case .readInternal:
      [.viewer: .all, .agent: .all, .crew: .all, .manager: .all, .administrator: .all, .operator: .all]
    case .readContacts:
      [.agent: .all, .crew: .assigned, .manager: .all, .administrator: .all, .operator: .all]
    case .editRequest, .assign, .reportForOthers:
      [.agent: .all, .manager: .all, .administrator: .all, .operator: .all]
    case .changeStatus, .commentPublicly, .commentPrivately, .attach:
      [.agent: .all, .crew: .assigned, .manager: .all, .administrator: .all, .operator: .all]
    case .commentInternally:
      [.agent: .all, .crew: .all, .manager: .all, .administrator: .all, .operator: .all]
    case .manageCategories, .manageAreas, .manageTemplates, .manageRules, .managePeople:
      [.administrator: .all, .operator: .all]
    case .moderate:
      [.agent: .all, .manager: .all, .administrator: .all, .operator: .all]
    case .destroy:
      [.manager: .all, .administrator: .all, .operator: .all]
    case .readAudit, .readPeople:
      [.manager: .all, .administrator: .all, .operator: .all]
    case .manageTenants:
      [.operator: .all]
    }
  }

  public func scope(for role: Role) -> Scope { grants[role] ?? .none }
}
