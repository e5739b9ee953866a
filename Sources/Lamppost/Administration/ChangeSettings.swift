import Civic
import FoundationEssentials
import JSON
import PostgreSQL

/// What a township says of itself and how it publishes.
struct TownshipSettings: Sendable {
  let emergencyNumber: String
  let contactEmail: String?
  let publishesAtOnce: Bool
  /// Roles that have to have a second factor.
  let secondFactorRoles: [Role]

  static let guardableRoles = Role.allCases.filter(\.isStaff)

  static let columns: SQL = "emergency_number, contact_email, publishes_at_once, second_factor_roles"

  init(_ tenant: Tenant) {
    (emergencyNumber, contactEmail) = (tenant.emergencyNumber, tenant.contactEmail)
    publishesAtOnce = tenant.publishesAtOnce
    secondFactorRoles = Self.guardableRoles.filter(tenant.secondFactorRoles.contains)
  }

  init(_ row: Row) throws {
    emergencyNumber = try row.get(0)
    contactEmail = try row.get(1)
    publishesAtOnce = try row.get(2)
    let roles = try row.get(3, as: [String].self)
    secondFactorRoles = Self.guardableRoles.filter { roles.contains($0.rawValue) }
  }

  /// Reads a change of `old`; what is left out stays as it is.
  init(_ input: inout ObjectInput, changing old: TownshipSettings) {
    emergencyNumber =
      input.has("emergency_number") ? input.requiredText("emergency_number", maximum: 30) : old.emergencyNumber
    contactEmail = input.has("contact_email") ? input.text("contact_email", maximum: 254) : old.contactEmail
    if let contactEmail, !contactEmail.looksLikeAnEmailAddress {
      input.refuse("contact_email", .invalidFormat, "must be an email address")
    }
    publishesAtOnce = input.bool("publishes_at_once") ?? old.publishesAtOnce
    secondFactorRoles =
      input.has("second_factor_roles")
      ? input.options("second_factor_roles", Self.guardableRoles, name: \.rawValue) : old.secondFactorRoles
  }

  func write(to json: inout JSONObjectWriter) {
    json.field("emergency_number", emergencyNumber)
    json.field("contact_email", contactEmail)
    json.field("publishes_at_once", publishesAtOnce)
    json.array("second_factor_roles", secondFactorRoles.map(\.rawValue))
  }
}

/// Changes the township's settings.
struct ChangeSettings: Sendable {
  let database: Database
  let tenants: TenantDirectory

  private static let row: SQL = """
    jsonb_build_object('emergency_number', emergency_number, 'contact_email', contact_email,
                       'publishes_at_once', publishes_at_once,
                       'second_factor_roles', second_factor_roles)::text
    """

  /// As they are at this moment: what a process remembers of its townships can be some seconds old.
  func read(as actor: Actor) async throws -> Versioned<TownshipSettings> {
    let id = actor.tenant.id
    let rows = try await database.withoutReplica.tenant(id).read(Self.query(id))
    guard let row = rows.first else { throw Problem.notFound }
    return try Self.versioned(row)
  }

  /// Other processes know of it within a few seconds.
  /// - Parameters:
  ///   - ifMatch: the version that the change is meant for; nil for any.
  ///   - change: makes the new settings of the old ones, which nobody else changes meanwhile.
  /// - Throws: `forbidden`, `version_mismatch`, and what `change` throws.
  func callAsFunction(
    ifMatch: Int?, as actor: Actor, change: @Sendable (TownshipSettings) throws -> TownshipSettings
  ) async throws -> Versioned<TownshipSettings> {
    guard actor.may(.manageCategories) else { throw Problem(.forbidden) }
    let id = actor.tenant.id
    let settings = try await database.tenant(id).write { transaction in
      // Two administrators at once: the second one's change is made of what the first one left.
      guard let row = try await transaction.query(Self.query(id) + " FOR NO KEY UPDATE").first else {
        throw Problem.notFound
      }
      let old = try Self.versioned(row)
      if let ifMatch, ifMatch != old.version { throw Problem(.versionMismatch) }
      try await Self.write(try change(old.value), by: actor, in: transaction)
      guard let now = try await transaction.query(Self.query(id)).first else { throw Problem.notFound }
      return try Self.versioned(now)
    }
    tenants.forget(id)
    return settings
  }

  private static func query(_ id: Int) -> SQL {
    "SELECT \(TownshipSettings.columns), version FROM tenants WHERE id = \(id)"
  }

  private static func versioned(_ row: Row) throws -> Versioned<TownshipSettings> {
    Versioned(value: try TownshipSettings(row), version: try row.get(4))
  }

  /// In the transaction of the change.
  static func write(_ settings: TownshipSettings, by actor: Actor, in transaction: Transaction) async throws {
    let id = actor.tenant.id
    let before = try await transaction.query("SELECT \(row) FROM tenants WHERE id = \(id)")
    let after = try await transaction.query(
      """
      UPDATE tenants SET emergency_number = \(settings.emergencyNumber), contact_email = \(settings.contactEmail),
             publishes_at_once = \(settings.publishesAtOnce),
             second_factor_roles = \(settings.secondFactorRoles.map(\.rawValue))
       WHERE id = \(id) RETURNING \(row)
      """)
    guard let old = before.first, let new = after.first else { throw Problem.notFound }
    try await transaction.execute(
      AdministrationEvent.insertion("settings", before: try old.get(0), after: try new.get(0), by: actor))
  }
}
