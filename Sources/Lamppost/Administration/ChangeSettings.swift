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

  init(_ tenant: Tenant) {
    (emergencyNumber, contactEmail) = (tenant.emergencyNumber, tenant.contactEmail)
    publishesAtOnce = tenant.publishesAtOnce
    secondFactorRoles = Self.guardableRoles.filter(tenant.secondFactorRoles.contains)
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

  /// Other processes know of it within a few seconds.
  func callAsFunction(_ settings: TownshipSettings, as actor: Actor) async throws {
    guard actor.may(.manageCategories) else { throw Problem(.forbidden) }
    let id = actor.tenant.id
    try await database.tenant(id).write { try await Self.write(settings, by: actor, in: $0) }
    tenants.forget(id)
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
