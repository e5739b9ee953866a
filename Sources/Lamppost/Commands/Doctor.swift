import FoundationEssentials
import PostgreSQL

/// `lamppost doctor`: looks for what is wrong with an installation and says how to mend it. Variable:
/// `DATABASE_ADMIN_URL`.
enum Doctor {
  /// - Returns: whether everything is well.
  static func run(_ variables: [String: String]) async throws -> Bool {
    var environment = EnvironmentReader(variables)
    let admin = environment.required("DATABASE_ADMIN_URL", "the database, as a superuser")
    try environment.finish()
    let findings = try await Migrate.withDatabase(admin) { try await examine($0) }
    for finding in findings { print("✗ " + finding) }
    if findings.isEmpty { print("✓ nothing wrong was found") }
    return findings.isEmpty
  }

  static func examine(_ database: Database) async throws -> [String] {
    try await unmarkedFunctions(database) + tablesWithoutPolicy(database) + strongRoles(database)
      + auditLog(database)
  }

  /// The functions that hot queries use in index conditions: see the migration that marks them.
  static let leakproofFunctions = [
    "st_dwithin(geography,geography,double precision,boolean)", "geography_overlaps(geography,geography)",
    "st_covers(geometry,geometry)", "st_intersects(geometry,geometry)", "geometry_overlaps(geometry,geometry)",
    "st_intersects(geography,geography)", "ts_match_vq(tsvector,tsquery)", "word_similarity_op(text,text)",
    "word_similarity_commutator_op(text,text)", "arraycontains(anyarray,anyarray)",
  ]

  private static func unmarkedFunctions(_ database: Database) async throws -> [String] {
    try await database.read(
      """
      SELECT p.oid::regprocedure::text FROM unnest(\(leakproofFunctions)) AS name
        JOIN pg_proc p ON p.oid = name::regprocedure WHERE NOT p.proleakproof
      """
    ).map {
      "\(try $0.get(0, as: String.self)) is not LEAKPROOF, so searches read whole tables: "
        + "run the ALTER FUNCTION lines of Migrations again as a superuser"
    }
  }

  private static func tablesWithoutPolicy(_ database: Database) async throws -> [String] {
    try await database.read(
      """
      SELECT c.relname FROM pg_class c
       WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace AND NOT c.relrowsecurity
         AND c.relname NOT IN ('schema_migrations', 'spatial_ref_sys')
      """
    ).map { "the table \(try $0.get(0, as: String.self)) has no row-level security" }
  }

  /// The worker seals every township twice a day at least, whether something happened or not.
  private static func auditLog(_ database: Database) async throws -> [String] {
    let unsealed = try await database.read(
      """
      SELECT t.slug FROM tenants t
       WHERE coalesce((SELECT s.at FROM audit_seals s WHERE s.tenant_id = t.id ORDER BY s.number DESC LIMIT 1),
                      t.created_at) < now() - interval '1 day' ORDER BY t.slug
      """
    ).map {
      "the audit log of \(try $0.get(0, as: String.self)) has not been sealed for a day: see that `lamppost work` runs"
    }
    let damaged = try await database.read(
      """
      SELECT t.slug FROM tenants t WHERE (
        SELECT (e.after ->> 'damages')::bigint FROM audit_events e
         WHERE e.tenant_id = t.id AND e.kind = \(AuditEvent.Kind.verified.rawValue)
         ORDER BY e.at DESC, e.id DESC LIMIT 1) > 0 ORDER BY t.slug
      """
    ).map { row in
      let slug: String = try row.get(0)
      return "the history of \(slug) was tampered with: `lamppost audit verify --tenant \(slug)` says where"
    }
    return unsealed + damaged
  }

  private static func strongRoles(_ database: Database) async throws -> [String] {
    try await database.read(
      """
      SELECT rolname FROM pg_roles
       WHERE rolname IN ('lamppost_app', 'lamppost_worker') AND (rolsuper OR rolbypassrls OR rolcreaterole)
      """
    ).map { "the role \(try $0.get(0, as: String.self)) may do more than it needs: it can bypass tenant isolation" }
  }
}
