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

  /// - Throws: `email_taken`.
  func callAsFunction(
    email: String, name: String, password: String, role: Role, departmentID: Int? = nil, tenantID: Int
  ) async throws -> Actor.Person {
    let hash = try await passwords.hash(password)
    do {
      let rows = try await database.tenant(tenantID).write(
        """
        WITH person AS (
          INSERT INTO people (tenant_id, email, name, password_hash, role)
          VALUES (current_tenant(), \(email.lowercased()), \(name), \(hash), \(role.rawValue))
          RETURNING tenant_id, id, name, email, role, language
        ), member AS (
          INSERT INTO department_members (tenant_id, person_id, department_id)
          SELECT tenant_id, id, \(departmentID) FROM person WHERE \(departmentID)::int IS NOT NULL
        )
        SELECT \(Actor.Person.columns) FROM person AS people
        """)
      guard let row = rows.first else { throw Problem.notFound }
      return try Actor.Person(row)
    } catch let error as DatabaseError where error.isUniqueViolation() {
      throw Problem.field("email", .emailTaken, "This email address has an account already.")
    }
  }
}
