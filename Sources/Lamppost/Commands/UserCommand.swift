import Civic
import Credentials
import EventLoop
import FoundationEssentials
import PostgreSQL

/// `lamppost user create EMAIL --role ROLE [--name NAME] [--tenant SLUG] [--department SLUG]`; the password is read from
/// LAMPPOST_PASSWORD or from the first line of standard input, never from the command line, which others can see.
enum UserCommand {
  static func run(_ arguments: [String], _ variables: [String: String]) async throws {
    var environment = EnvironmentReader(variables)
    let admin = environment.required("DATABASE_ADMIN_URL", "the database, as its owner")
    try environment.finish()
    guard arguments.first == "create" else { throw UsageError("Say `user create EMAIL --role ROLE`.") }
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
        tenantID: tenant)
      print("\(person.email) is \(role.rawValue) number \(person.id).")
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
