/// Who may change whose role and access: the rules as plain values.
public enum Staffing {
  /// What somebody is in the township, and whether they still are.
  public struct Standing: Sendable, Equatable {
    public let role: Role
    public let isActive: Bool

    public init(_ role: Role, isActive: Bool = true) {
      self.role = role
      self.isActive = isActive
    }
  }

  public enum Refusal: Error, Sendable, Equatable {
    /// Who changes it may not: no permission, or an operator is concerned.
    case forbidden
    /// One's own role or access, which a slip of the hand could take away for good.
    case ownAccount
    /// Nobody would be left to keep the people.
    case lastAdministrator
  }

  /// - Parameters:
  ///   - isOwn: whether somebody changes themselves.
  ///   - otherAdministrators: active administrators besides the one who is changed.
  public static func check(
    from old: Standing, to new: Standing, isOwn: Bool, by role: Role, otherAdministrators: Int
  ) throws(Refusal) {
    guard role.may(.managePeople) else { throw .forbidden }
    if old.role == .operator && !role.may(.manageTenants) { throw .forbidden }
    // Operators are made by who owns the database, never through a page.
    if new.role == .operator && old.role != .operator { throw .forbidden }
    if old == new { return }
    if isOwn { throw .ownAccount }
    let (was, stays) = (Self.administers(old), Self.administers(new))
    if was && !stays && otherAdministrators == 0 { throw .lastAdministrator }
  }

  /// Whether somebody may open a way back into another's account: by a new password, without their second factor.
  public static func checkRestoring(accountOf role: Role, isOwn: Bool, by helper: Role) throws(Refusal) {
    guard helper.may(.managePeople) else { throw .forbidden }
    if role == .operator && !helper.may(.manageTenants) { throw .forbidden }
    // Their own is for a colleague to open: an unwatched screen must not be enough.
    if isOwn { throw .ownAccount }
  }

  /// Whether somebody may leave by themselves.
  public static func checkLeaving(_ standing: Standing, otherAdministrators: Int) throws(Refusal) {
    if administers(standing) && otherAdministrators == 0 { throw .lastAdministrator }
  }

  private static func administers(_ standing: Standing) -> Bool { standing.isActive && standing.role == .administrator }

  /// The roles that somebody of this role may give to others by invitation, the humblest first.
  public static func rolesToGive(by role: Role) -> [Role] {
    guard role.may(.managePeople) else { return [] }
    return Role.allCases.filter { $0.isStaff && $0 != .operator }
  }
}

extension Role {
  fileprivate func may(_ permission: Permission) -> Bool { permission.scope(for: self) == .all }

  /// Whether they can be limited to areas and categories. Who keeps the people could lift the limit themselves.
  public var canBeLimited: Bool { isStaff && Permission.managePeople.scope(for: self) == .none }
}

/// The areas and categories that a member of staff is limited to, by their numbers. Within them they are staff, beyond
/// them anybody.
public struct StaffLimits: Sendable, Equatable {
  /// Empty for no limit.
  public let areas: [Int]
  /// Empty for no limit.
  public let categories: [Int]

  public init(areas: [Int] = [], categories: [Int] = []) {
    self.areas = areas
    self.categories = categories
  }

  public static let none = StaffLimits()

  public var isEmpty: Bool { areas.isEmpty && categories.isEmpty }

  /// Whether a request lies within.
  /// - Parameter place: the areas that it lies in, of any layer; none where its place is unknown.
  public func cover(category: Int, areas place: [Int]) -> Bool {
    (categories.isEmpty || categories.contains(category)) && (areas.isEmpty || place.contains(where: areas.contains))
  }
}
