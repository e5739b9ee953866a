import Civic
import Credentials
import EventLoop
import FoundationEssentials
import PostgreSQL

/// `lamppost user create EMAIL --role ROLE [--name NAME] [--tenant SLUG] [--department SLUG]`; the password is read from
/// LAMPPOST_PASSWORD or from the first line of standard input, never from the command line, which others can see.
///
/// `lamppost user reset-password EMAIL [--tenant SLUG]` prints a link to a new password, and
/// `lamppost user end-second-factor EMAIL [--tenant SLUG]` lets the password alone in again: for the last one who keeps a
/// township and has lost theirs. Both end every session of the account, and tell its owner by mail.
enum UserCommand {
  static func run(_ arguments: [String], _ variables: [String: String]) async throws {
    var environment = EnvironmentReader(variables)
    let admin = environment.required("DATABASE_ADMIN_URL", "the database, as its owner")
    try environment.finish()
    switch arguments.first {
    case "create": break
    case "reset-password", "end-second-factor":
      return try await restore(arguments[0], Array(arguments.dropFirst()), admin)
    default:
      throw UsageError(
        "Say `user create EMAIL --role ROLE`, `user reset-password EMAIL` or `user end-second-factor EMAIL`.")
    }
    let options = try Arguments(
      Array(arguments.dropFirst()), options: ["role", "name", "tenant", "department"])
    guard options.positional.count == 1 else { throw UsageError("Say the email address.") }
    let email = options.positional[0]
    guard email.looksLikeAnEmailAddress else { throw UsageError("\(email) is no email address.") }
    guard let role = Role(rawValue: try options.required("role")) else {
      throw UsageError("--role must be one of: " + Role.allCases.map(\.rawValue).joined(separator: ", "))
    }
    let password = environment.optional("LAMPPOST_PASSWORD") ?? readLine() ?? ""
    do throws(PasswordRule.Refusal) {
      try PasswordRule.check(password, personal: [email])
    } catch {
      throw UsageError("The password \(error.message).")
    }
    try await Migrate.withDatabase(admin) { database in
      let tenant = try await TenantCommand.find(options["tenant"], in: database)
      let department = try await departmentID(options["department"], tenant, database)
      let register = RegisterPerson(
        database: database, passwords: PasswordHasher(pool: BlockingPool(name: "passwords", threads: 1)))
      let person = try await register(
        email: email, name: options["name"] ?? email, password: password, role: role, departmentID: department,
        tenantID: tenant, isByCommand: true)
      print("\(person.email) is \(role.rawValue) number \(person.id).")
    }
  }

  private static func restore(_ action: String, _ arguments: [String], _ admin: String) async throws {
    let options = try Arguments(arguments, options: ["tenant"])
    guard options.positional.count == 1 else { throw UsageError("Say the email address.") }
    let email = options.positional[0].lowercased()
    try await Migrate.withDatabase(admin) { database in
      let tenant = try await TenantCommand.find(options["tenant"], in: database)
      print(try await restore(action, email, tenant, in: database))
    }
  }

  /// - Returns: what to tell whoever asked.
  static func restore(_ action: String, _ email: String, _ tenant: Int, in database: Database) async throws -> String {
    try await database.tenant(tenant).write { transaction in
      let rows = try await transaction.query(
        """
        SELECT p.id, (SELECT host FROM tenant_hosts h WHERE h.tenant_id = p.tenant_id ORDER BY host LIMIT 1)
          FROM people p WHERE p.tenant_id = current_tenant() AND p.email = \(email) AND p.active FOR UPDATE OF p
        """)
      guard let row = rows.first else { throw UsageError("There is no active account \(email).") }
      let id: Int = try row.get(0)
      if action == "reset-password" {
        let link = try await RestoreAccess.makeLink(for: id, by: nil, in: transaction)
        let host: String? = try row.get(1)
        return "https://\(host ?? "")\(Paths.resetPassword(link))\nIt is good once, for an hour."
      }
      do {
        try await RestoreAccess.endSecondFactor(of: id, by: nil, in: transaction)
      } catch let problem as Problem where problem.code == .notFound {
        throw UsageError("\(email) has no second factor.")
      }
      return "The second factor of \(email) is off."
    }
  }

  private static func departmentID(_ slug: String?, _ tenant: Int, _ database: Database) async throws -> Int? {
    guard let slug else { return nil }
    let rows = try await database.tenant(tenant).read(
      "SELECT id FROM departments WHERE tenant_id = current_tenant() AND slug = \(slug)")
    guard let id = try rows.first?.get(0, as: Int.self) else { throw UsageError("There is no department \"\(slug)\".") }
    return id
  }
}
