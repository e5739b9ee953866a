import Civic
import Credentials
import FoundationEssentials
import HTTPServer
import JSON
import PostgreSQL

/// Makes an account. By themselves people become citizens; staff are made by the command line or by administrators.
struct RegisterPerson: Sendable {
  let database: Database
  let passwords: PasswordHasher

  /// Of every account, until something ends its sessions.
  static let firstEpoch = 1

  /// - Parameter isByCommand: whether the audit log is to tell that it came from the command line.
  /// - Throws: `email_taken`.
  func callAsFunction(
    email: String, name: String, password: String, role: Role, departmentID: Int? = nil, tenantID: Int,
    isByCommand: Bool = false
  ) async throws -> Actor.Person {
    let hash = try await passwords.hash(password)
    do {
      let insertion: SQL = """
        WITH person AS (
          INSERT INTO people (tenant_id, email, name, password_hash, role, address_shown)
          VALUES (current_tenant(), \(email.lowercased()), \(name), \(hash), \(role.rawValue), \(isByCommand))
          RETURNING tenant_id, id, name, email, role, language
        ), member AS (
          INSERT INTO department_members (tenant_id, person_id, department_id)
          SELECT tenant_id, id, \(departmentID) FROM person WHERE \(departmentID)::int IS NOT NULL
        )
        SELECT \(Actor.Person.columns) FROM person AS people
        """
      return try await database.tenant(tenantID).write { transaction in
        guard let row = try await transaction.query(insertion).first else { throw Problem.notFound }
        let person = try Actor.Person(row)
        if isByCommand { try await Self.record(person.id, in: transaction) }
        return person
      }
    } catch let error as DatabaseError where error.isUniqueViolation() {
      throw Problem.field("email", .emailTaken, "This email address has an account already.")
    }
  }

  private static func record(_ id: Int, in transaction: Transaction) async throws {
    let rows = try await transaction.query("SELECT \(KeptPerson.record) FROM people p WHERE p.id = \(id)")
    guard let row = rows.first else { throw Problem.notFound }
    try await transaction.execute(
      AuditEvent.change(
        AuditEvent.about(person: id), before: "{}", after: try row.get(0), by: nil, note: AuditEvent.byCommand))
  }
}
