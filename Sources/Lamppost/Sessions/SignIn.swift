import Civic
import Credentials
import FoundationEssentials
import Localization
import PostgreSQL
import Redis

/// Checks an email address and a password, and a code where the account has a second factor.
struct SignIn: Sendable {
  let database: Database
  let passwords: PasswordHasher
  let limiter: RateLimiter
  let factors: SecondFactors

  struct Account: Sendable {
    let person: Actor.Person
    let epoch: Int
  }

  /// What the password alone is good for.
  enum FirstFactor: Sendable {
    case complete(Account)
    /// A code is needed too; until then nobody is signed in.
    case needsCode(personID: Int, epoch: Int)
  }

  /// Both factors in one call.
  /// - Throws: as `firstFactor` and `secondFactor`; `second_factor_required` where a code is needed and none came.
  func callAsFunction(
    email: String, password: String, code: String?, tenant: Tenant, clientAddress: String
  ) async throws -> Account {
    switch try await firstFactor(email: email, password: password, tenant: tenant, clientAddress: clientAddress) {
    case .complete(let account): return account
    case .needsCode(let personID, let epoch):
      guard let code else { throw Problem(.secondFactorRequired) }
      return try await secondFactor(code, personID: personID, epoch: epoch, tenant: tenant)
    }
  }

  /// - Throws: `invalid_code`, `rate_limited`; `invalid_credentials` for an account that has changed since the password
  ///   was right.
  func secondFactor(_ code: String, personID: Int, epoch: Int, tenant: Tenant) async throws -> Account {
    do {
      try await factors.check(code, of: personID, tenant: tenant)
    } catch let problem as Problem where problem.code == .invalidCode {
      try await database.tenant(tenant.id).write(AuditEvent.failedSignIn(of: personID))
      throw problem
    }
    let rows = try await database.withoutReplica.tenant(tenant.id).read(
      "SELECT \(Actor.Person.columns) FROM people WHERE id = \(personID) AND epoch = \(epoch) AND active")
    guard let row = rows.first else { throw Problem(.invalidCredentials) }
    let person = try Actor.Person(row)
    try await note(person, tenant)
    return Account(person: person, epoch: epoch)
  }

  /// Nobody is let in whom the audit log does not know of.
  private func note(_ person: Actor.Person, _ tenant: Tenant) async throws {
    try await database.tenant(tenant.id).write(
      AuditEvent(.signedIn, AuditEvent.about(person: person.id), by: person.id).insertion)
  }

  /// - Parameter clientAddress: failures are counted by account and address together, so that nobody can lock a victim
  ///   out from elsewhere.
  /// - Throws: `invalid_credentials` (the same for an unknown account, after the same work), `rate_limited`.
  func firstFactor(
    email: String, password: String, tenant: Tenant, clientAddress: String
  ) async throws -> FirstFactor {
    let email = email.lowercased()
    let network = clientNetwork(clientAddress)
    let subject = "\(tenant.id) \(email) \(network)"
    try await limiter.take(.signInAddress, "\(tenant.id) \(network)")
    // Counted before the check, which takes a while: many at once would all find room. A success gives it back.
    try await limiter.take(.signIn, subject)
    let rows = try await database.withoutReplica.tenant(tenant.id).read(
      """
      SELECT \(Actor.Person.columns), epoch, password_hash, \(Authentication.hasSecondFactor) FROM people
       WHERE email = \(email) AND active
      """)
    let encoded = try rows.first?.get(Actor.Person.columnCount + 1, as: String?.self)
    let isRight = try await passwords.verify(password, against: encoded)
    let person = try rows.first.map(Actor.Person.init)
    guard isRight, let row = rows.first, let person else {
      try await database.tenant(tenant.id).write(AuditEvent.failedSignIn(of: person?.id))
      throw Problem(.invalidCredentials)
    }
    await limiter.forget(.signIn, subject)
    let epoch: Int = try row.get(Actor.Person.columnCount)
    if let encoded, passwords.needsRehash(encoded) { try await rehash(password, of: person, tenant) }
    if try row.get(Actor.Person.columnCount + 2) { return .needsCode(personID: person.id, epoch: epoch) }
    try await note(person, tenant)
    // Whose role asks for a second factor and who has none is let in to set it up, and to nothing else of the role.
    return .complete(Account(person: person.held(to: tenant, hasSecondFactor: false), epoch: epoch))
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
           WHERE l.tenant_id = people.tenant_id AND l.person_id = people.id),
    people.language
    """
  static let columnCount = 8

  init(_ row: Row) throws {
    self.init(
      id: try row.get(0), name: try row.get(1), email: try row.get(2), role: try row.word(3),
      language: try row.get(7, as: String?.self).flatMap(Language.init(rawValue:)), departmentIDs: try row.get(4),
      limits: StaffLimits(areas: try row.get(5), categories: try row.get(6)))
  }
}
