import Civic
import PostgreSQL

/// Changes how the township shows itself.
struct ChangeBranding: Sendable {
  let database: Database
  let tenants: TenantDirectory

  private static let row: SQL = """
    jsonb_build_object('name', name, 'short_name', short_name, 'brand_colour', brand_colour,
                       'accent_colour', accent_colour, 'shows_name', shows_name,
                       'logo', (SELECT l.id FROM logos l WHERE l.worn))::text
    """

  /// Other processes know of it within a few seconds.
  /// - Parameter change: makes the new of what stands there now; two at once take turns.
  /// - Returns: what stands there then, with the logo that is worn.
  @discardableResult
  func callAsFunction(
    as actor: Actor, change: @Sendable (Branding) throws -> Branding
  ) async throws -> (Branding, WornLogo?) {
    guard actor.may(.manageCategories) else { throw Problem(.forbidden) }
    let id = actor.tenant.id
    let changed = try await database.tenant(id).write { transaction in
      _ = try await transaction.query("SELECT 1 FROM tenants WHERE id = \(id) FOR NO KEY UPDATE")
      let rows = try await transaction.query("SELECT \(Tenant.columns) FROM tenants WHERE id = \(id)")
      guard let row = rows.first else { throw Problem.notFound }
      let new = try change(Branding(try Tenant(id: id, row)))
      try await Self.write(new, by: actor, in: transaction)
      let worn = try await transaction.query("SELECT \(WornLogo.column)")
      return (new, WornLogo(try worn.first?.get(0)))
    }
    tenants.forget(id)
    return changed
  }

  /// In the transaction of the change.
  static func write(_ new: Branding, by actor: Actor, in transaction: Transaction) async throws {
    let id = actor.tenant.id
    let before = try await transaction.query("SELECT \(row) FROM tenants WHERE id = \(id)")
    switch new.choice {
    case nil: break
    case .bare: try await KeepLogos.wear(nil, in: transaction)
    case .kept(let logo): try await KeepLogos.wear(logo, in: transaction)
    }
    let after = try await transaction.query(
      """
      UPDATE tenants SET name = \(new.name), short_name = \(new.shortName),
             brand_colour = \(new.theme.brand?.description), accent_colour = \(new.theme.accent?.description),
             shows_name = \(new.showsName)
       WHERE id = \(id) RETURNING \(row)
      """)
    guard let old = before.first, let stored = after.first else { throw Problem.notFound }
    try await transaction.execute(
      AdministrationEvent.insertion("branding", before: try old.get(0), after: try stored.get(0), by: actor))
  }
}
