import Civic
import Credentials
import FoundationEssentials
import HTTPServer
import JSON
import PostgreSQL

/// Somebody who is asked to work here and has not set a password yet.
struct Invitation: Sendable {
  let id: Int
  let email: String
  let name: String
  let role: Role
  /// Its slug and its name.
  let department: (slug: String, name: String)?
  /// What they will be limited to, `layer:slug`.
  let areas: [String]
  /// What they will be limited to, by slug.
  let categories: [String]
  let createdAt: Date
  let expiresAt: Date

  /// How long its link is good.
  static let days = 7

  /// Of `invitations i`.
  static let columns: SQL = """
    i.id, i.email, i.name, i.role,
    (SELECT d.slug FROM departments d WHERE d.tenant_id = i.tenant_id AND d.id = i.department_id),
    (SELECT d.name FROM departments d WHERE d.tenant_id = i.tenant_id AND d.id = i.department_id),
    ARRAY(SELECT a.layer || ':' || a.slug FROM areas a WHERE a.tenant_id = i.tenant_id AND a.id = ANY(i.area_ids)
           ORDER BY 1),
    ARRAY(SELECT c.slug FROM categories c WHERE c.tenant_id = i.tenant_id AND c.id = ANY(i.category_ids) ORDER BY 1),
    i.created_at, i.expires_at
    """
  static let columnCount = 10

  /// What the audit log keeps of `invitations i`: what the invited one will be. Who it is, nothing could erase there.
  static let record: SQL = """
    jsonb_build_object('role', i.role,
      'department', (SELECT d.slug FROM departments d WHERE d.tenant_id = i.tenant_id AND d.id = i.department_id),
      'areas', ARRAY(SELECT a.layer || ':' || a.slug FROM areas a
                      WHERE a.tenant_id = i.tenant_id AND a.id = ANY(i.area_ids) ORDER BY 1),
      'categories', ARRAY(SELECT c.slug FROM categories c
                           WHERE c.tenant_id = i.tenant_id AND c.id = ANY(i.category_ids) ORDER BY 1))::text
    """

  init(_ row: Row) throws {
    id = try row.get(0)
    email = try row.get(1)
    name = try row.get(2)
    role = try row.word(3)
    department = try row.get(4, as: String?.self).map { ($0, try row.get(5)) }
    areas = try row.get(6)
    categories = try row.get(7)
    createdAt = try row.get(8)
    expiresAt = try row.get(9)
  }

  func write(to json: inout JSONObjectWriter) {
    json.field("id", id)
    json.field("email", email)
    json.field("name", name)
    json.field("role", role.rawValue)
    json.field("department", department?.slug)
    json.array("areas", areas)
    json.array("categories", categories)
    json.field("created_at", createdAt)
    json.field("expires_at", expiresAt)
  }
}

/// Who is to be asked, and what they will be.
struct NewInvitation: Sendable {
  let email: String
  let name: String
  let role: Role
  /// By slug.
  let department: String?
  let areas: [String]
  let categories: [String]

  /// Somebody who will keep a township.
  init(administrator email: String, name: String) {
    (self.email, self.name, role) = (email, name, .administrator)
    (department, areas, categories) = (nil, [], [])
  }

  /// - Parameter role: of who invites.
  init(_ input: ObjectInput, by role: Role) throws(Problem) {
    var input = input
    email = input.mailAddress("email").lowercased()
    name = input.requiredText("name", maximum: 200)
    self.role = input.requiredOption("role", Role.allCases.filter(\.isStaff), name: \.rawValue)
    department = input.text("department", maximum: 100)
    areas = input.words("areas", limit: PersonChange.listLimit) ?? []
    categories = input.words("categories", limit: PersonChange.listLimit) ?? []
    try input.finish()
    if !Staffing.rolesToGive(by: role).contains(self.role) { throw Problem(.forbidden) }
    if !self.role.canBeLimited {
      if !areas.isEmpty { throw ChangePerson.unlimited("areas", self.role) }
      if !categories.isEmpty { throw ChangePerson.unlimited("categories", self.role) }
    }
  }
}

/// What stands in the link of an invitation: 256 random bits, kept as their digest.
struct InvitationToken: Sendable, PathParameter {
  private let token: SessionToken

  static func generate() -> InvitationToken { InvitationToken(token: .generate()) }

  private init(token: SessionToken) { self.token = token }

  init?(pathComponent: String) {
    guard let token = SessionToken(text: pathComponent) else { return nil }
    self.token = token
  }

  var pathComponent: String { token.text }
  var digest: [UInt8] { token.lookupKey.bytes }

  /// The statement that makes it open an invitation.
  func insertion(for invitationID: Int) -> SQL {
    """
    INSERT INTO invitation_links (tenant_id, digest, invitation_id)
    SELECT tenant_id, \(digest), id FROM invitations WHERE id = \(invitationID)
    """
  }
}
