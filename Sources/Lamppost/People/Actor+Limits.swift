import Civic
import HTTPServer
import PostgreSQL

/// A member of staff who is limited to areas and categories: within them they are staff, beyond them anybody. Lists, maps
/// and figures are of what lies within; a single request beyond is what the public sees of it.
extension Actor {
  var limits: StaffLimits { seesInternal ? person?.limits ?? .none : .none }

  var isLimited: Bool { !limits.isEmpty }

  /// The condition on `requests r` that it lies within the limits.
  var withinLimits: SQL {
    var list: [SQL] = []
    if !limits.categories.isEmpty { list.append("r.category_id = ANY(\(limits.categories)::int[])") }
    if !limits.areas.isEmpty {
      list.append(
        """
        EXISTS (SELECT 1 FROM request_areas within WHERE within.tenant_id = r.tenant_id AND within.request_id = r.id
                   AND within.area_id = ANY(\(limits.areas)::int[]) AND within.for_staff)
        """)
    }
    return list.isEmpty ? "true" : list.joined(separator: " AND ")
  }

  /// Everything on `requests r` that they may know of, be it as the public does.
  var knownRequests: SQL { isLimited ? "(\(visibleRequests) OR \(asCitizen.visibleRequests))" : visibleRequests }

  /// Their eyes for what is not their work: what they reported, support and follow, and what the public finds.
  var beyondLimits: Actor { isLimited ? asCitizen : self }

  /// The same without limits: for reading back what they have just moved beyond them.
  var unlimited: Actor {
    guard isLimited, let person else { return self }
    let same = Person(
      id: person.id, name: person.name, email: person.email, role: person.role, departmentIDs: person.departmentIDs)
    return Actor(tenant: tenant, person: same, trackedRequestID: trackedRequestID)
  }
}

extension Authentication {
  /// Who the caller is towards the one request that an address is about: beyond their limits a member of staff is
  /// anybody. Whoever is taken for staff here by mistake finds nothing: every use case asks `visibleRequests` again.
  func caller(_ actor: Actor, towards path: String, template: String) async throws -> Actor {
    guard actor.isLimited, let condition = Self.subject(of: path, template) else { return actor }
    let rows = try await database.withoutReplica.tenant(actor.tenant.id).read(
      "SELECT 1 FROM requests r WHERE \(condition) AND \(actor.visibleRequests)")
    return rows.isEmpty ? actor.asCitizen : actor
  }

  /// The condition on `requests r` that it is the one of the address; nil for addresses of no request.
  private static func subject(of path: String, _ template: String) -> SQL? {
    let parts = zip(path.split(separator: "/").map(String.init), template.split(separator: "/"))
    for (part, name) in parts {
      if name == "{reference}", let reference = Reference(pathComponent: part) {
        return "r.reference = \(reference.stored)"
      }
      if name == "{id}", template.contains("/attachments/{id}"), let id = AttachmentID(pathComponent: part) {
        return """
          EXISTS (SELECT 1 FROM attachments a
                   WHERE a.tenant_id = r.tenant_id AND a.request_id = r.id AND a.id = \(id.uuid))
          """
      }
    }
    return nil
  }
}
