import Civic
import Credentials
import FoundationEssentials
import PostgreSQL
import Redis

/// Checks an email address and a password.
struct SignIn: Sendable {
  let database: Database
  let passwords: PasswordHasher
  let limiter: RateLimiter

  struct Account: Sendable {
    let person: Actor.Person
    let epoch: Int
  }

  /// - Parameter clientAddress: failures are counted by account and address together, so that nobody can lock a victim
  ///   out from elsewhere.
  /// - Throws: `invalid_credentials` (the same for an unknown account, after the same work), `rate_limited`.
  func callAsFunction(email: String, password: String, tenant: Tenant, clientAddress: String) async throws -> Account {
    let email = email.lowercased()
    let network = clientNetwork(clientAddress)
    let subject = "\(tenant.id) \(email) \(network)"
    try await limiter.take(.signInAddress, "\(tenant.id) \(network)")
    // Counted before the check, which takes a while: many at once would all find room. A success gives it back.
    try await limiter.take(.signIn, subject)
    let rows = try await database.withoutReplica.tenant(tenant.id).read(
      "SELECT \(Actor.Person.columns), epoch, password_hash FROM people WHERE email = \(email) AND active")
    let encoded = try rows.first?.get(Actor.Person.columnCount + 1, as: String?.self)
    let isRight = try await passwords.verify(password, against: encoded)
    let person = try rows.first.map(Actor.Person.init)
    guard isRight, let row = rows.first, let person else {
      try await database.tenant(tenant.id).write(AuditEvent.failedSignIn(of: person?.id))
      throw Problem(.invalidCredentials)
    }
    await limiter.forget(.signIn, subject)
    // Nobody is let in whom the audit log does not know of.
    try await database.tenant(tenant.id).write(
      AuditEvent(.signedIn, AuditEvent.about(person: person.id), by: person.id).insertion)
    let account = Account(person: person, epoch: try row.get(Actor.Person.columnCount))
    if let encoded, passwords.needsRehash(encoded) { try await rehash(password, of: account.person, tenant) }
    return account
  }

  /// Asks somebody signed in for their password again, before what cannot be taken back. Counted as signing in is.
  /// - Parameter field: what the password is called in the call.
  /// - Throws: `wrong_password`, `rate_limited`.
  func confirm(
    _ password: String, field: String, of person: Actor.Person, tenant: Tenant, clientAddress: String
  ) async throws {
    let network = clientNetwork(clientAddress)
    let subject = "\(tenant.id) \(person.email) \(network)"
    try await limiter.take(.signInAddress, "\(tenant.id) \(network)")
    try await limiter.take(.signIn, subject)
    let rows = try await database.withoutReplica.tenant(tenant.id).read(
      "SELECT password_hash FROM people WHERE id = \(person.id) AND active")
    guard try await passwords.verify(password, against: try rows.first?.get(0, as: String?.self)) else {
      try await database.tenant(tenant.id).write(AuditEvent.failedSignIn(of: person.id))
      throw Problem.field(field, .wrongPassword, "The password is wrong.")
    }
    await limiter.forget(.signIn, subject)
  }

  /// A password that was hashed at a lower cost is hashed anew while it is known.
  private func rehash(_ password: String, of person: Actor.Person, _ tenant: Tenant) async throws {
    let hash = try await passwords.hash(password)
    _ = try await database.tenant(tenant.id).write("UPDATE people SET password_hash = \(hash) WHERE id = \(person.id)")
  }
}

extension Actor.Person {
  /// Of `people`, by which name they are told from those of the other tables.
  static let columns: SQL = """
    people.id, people.name, people.email, people.role,
    ARRAY(SELECT m.department_id FROM department_members m
           WHERE m.tenant_id = people.tenant_id AND m.person_id = people.id),
    ARRAY(SELECT l.area_id FROM person_areas l WHERE l.tenant_id = people.tenant_id AND l.person_id = people.id),
    ARRAY(SELECT l.category_id FROM person_categories l
           WHERE l.tenant_id = people.tenant_id AND l.person_id = people.id)
    """
  static let columnCount = 7

  init(_ row: Row) throws {
    self.init(
      id: try row.get(0), name: try row.get(1), email: try row.get(2), role: try row.word(3),
      departmentIDs: try row.get(4), limits: StaffLimits(areas: try row.get(5), categories: try row.get(6)))
  }
}
