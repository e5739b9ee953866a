import JSON
import PostgreSQL

/// Who reported, for staff who may know.
struct Contact: Sendable {
  struct Details: Sendable {
    let name: String?
    let email: String?
    let phone: String?
  }

  /// What a guest left.
  let left: Details?
  /// The reporter's account.
  let account: (id: Int, details: Details)?

  func write(to json: inout JSONObjectWriter) {
    let shown = left ?? account?.details
    guard let shown else { return json.field("contact", String?.none) }
    json.object("contact") { contact in
      contact.field("name", shown.name)
      contact.field("email", shown.email)
      contact.field("phone", shown.phone)
      contact.field("account", account?.id)
    }
  }
}

/// Reads the contact details of one request. The caller has asked whether it may.
struct ReadContact: Sendable {
  let database: Database

  func callAsFunction(requestID: Int, as actor: Actor) async throws -> Contact {
    let rows = try await database.tenant(actor.tenant.id).read(
      """
      SELECT k.request_id IS NOT NULL, k.name, k.email, k.phone, p.id, p.name, p.email
        FROM requests r
        LEFT JOIN request_contacts k ON k.tenant_id = r.tenant_id AND k.request_id = r.id
        LEFT JOIN people p ON p.tenant_id = r.tenant_id AND p.id = r.reporter_id
       WHERE r.id = \(requestID)
      """)
    guard let row = rows.first else { return Contact(left: nil, account: nil) }
    let left =
      try row.get(0)
      ? Contact.Details(name: try row.get(1), email: try row.get(2), phone: try row.get(3)) : nil
    let account = try row.get(4, as: Int?.self).map { id in
      (id: id, details: Contact.Details(name: try row.get(5), email: try row.get(6), phone: nil))
    }
    return Contact(left: left, account: account)
  }
}
