/// What a person is in a township. Raw values are those of the API and of the database.
public enum Role: String, CaseIterable, Sendable {
  case citizen
  /// Reads what staff read except reporters' contact details; changes nothing.
  case viewer
  /// Help desk: logs, updates, assigns.
  case agent
  /// Works on what is assigned to them or to their department.
  case crew
  case manager
  case administrator
  /// Runs the installation, all townships of it.
  case `operator`

  /// Staff means all but citizen.
  public var isStaff: Bool { self != .citizen }

  /// Whether requests can be given to them: who takes one must be able to bring it on.
  public var takesRequests: Bool { Permission.changeStatus.scope(for: self) != .none }
}
