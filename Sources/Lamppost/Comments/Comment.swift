import Civic
import FoundationEssentials
import JSON
import PostgreSQL

/// Something said about a request: a public update, an internal comment among staff, or a line of the private thread
/// between the reporter and staff.
struct Comment: Sendable {
  let id: Int
  let visibility: Visibility
  let body: String
  let createdAt: Date
  /// nil for the reporter who writes by tracking code.
  let authorID: Int?
  let authorName: String?
  let isFromStaff: Bool

  static let columns: SQL = "m.id, m.visibility, m.body, m.created_at, m.author_id, p.name, p.role"

  /// - Parameter hidden: the person whose name the reader may not know.
  init(_ row: Row, hiding hidden: Int? = nil) throws {
    id = try row.get(0)
    visibility = try row.word(1)
    body = try row.get(2)
    createdAt = try row.get(3)
    let author: Int? = try row.get(4)
    let isHidden = author != nil && author == hidden
    authorID = isHidden ? nil : author
    authorName = isHidden ? nil : try row.get(5)
    isFromStaff = try row.get(6, as: String?.self).flatMap(Role.init(rawValue:))?.isStaff ?? false
  }

  func write(to json: inout JSONObjectWriter, for actor: Actor) {
    json.field("id", id)
    json.field("visibility", visibility.rawValue)
    json.field("body", body)
    json.field("created_at", createdAt)
    json.field("from", isFromStaff ? "staff" : "reporter")
    // Staff speak to citizens as the township, to each other by name.
    guard actor.seesInternal else { return }
    if let authorID {
      json.object("author") { author in
        author.field("id", authorID)
        author.field("name", authorName)
      }
    } else {
      json.field("author", String?.none)
    }
  }
}
