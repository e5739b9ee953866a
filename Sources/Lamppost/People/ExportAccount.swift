import FoundationEssentials
import JSON
import PostgreSQL

/// Everything that is kept under somebody's account, for themselves.
struct ExportAccount: Sendable {
  let database: Database
  let sessions: SessionStore

  func callAsFunction(_ person: Actor.Person, in context: Context) async throws -> [UInt8] {
    let rows = try await database.tenant(context.actor.tenant.id).read(Self.query(person.id, as: context.actor))
    guard let row = rows.first else { throw Problem(.unauthenticated) }
    let sessions = try await sessions.list(
      personID: person.id, tenant: context.actor.tenant, current: context.session)
    var json = JSONWriter()
    try json.object { export in
      export.field("exported_at", Date.now)
      try export.object("account") { account in
        person.write(to: &account)
        account.field("created_at", try row.get(0, as: Date.self))
      }
      export.field("reports", RawJSON(unsafeJSON: Array(try row.get(1, as: String.self).utf8)))
      export.field("comments", RawJSON(unsafeJSON: Array(try row.get(2, as: String.self).utf8)))
      export.field("files", RawJSON(unsafeJSON: Array(try row.get(3, as: String.self).utf8)))
      export.field("supports", RawJSON(unsafeJSON: Array(try row.get(4, as: String.self).utf8)))
      export.field("follows", RawJSON(unsafeJSON: Array(try row.get(5, as: String.self).utf8)))
      export.field("pointed_out", RawJSON(unsafeJSON: Array(try row.get(6, as: String.self).utf8)))
      export.array("sessions") { list in
        for session in sessions { list.object { session.write(to: &$0) } }
      }
    }
    return json.bytes
  }

  /// Each list is made by the database, so that only the result travels.
  private static func query(_ id: Int, as actor: Actor) -> SQL {
    """
    SELECT p.created_at,
      (SELECT coalesce(jsonb_agg(jsonb_build_object(
          'reference', left(r.reference, 4) || '-' || substr(r.reference, 5), 'title', r.title,
          'description', r.description, 'category', c.slug, 'status', r.status, 'address', r.address,
          'latitude', ST_Y(r.location::geometry), 'longitude', ST_X(r.location::geometry),
          'accuracy', r.accuracy, 'attributes', r.attributes, 'visibility', r.visibility,
          'created_at', r.created_at, 'updated_at', r.updated_at, 'closed_at', r.closed_at,
          'contact', (SELECT jsonb_build_object('name', k.name, 'email', k.email, 'phone', k.phone)
                        FROM request_contacts k WHERE k.tenant_id = r.tenant_id AND k.request_id = r.id))
        ORDER BY r.created_at, r.id), '[]')::text
         FROM requests r JOIN categories c ON c.tenant_id = r.tenant_id AND c.id = r.category_id
        WHERE r.reporter_id = p.id AND r.visibility <> 'removed'),
      (SELECT coalesce(jsonb_agg(jsonb_build_object(
          'reference', left(r.reference, 4) || '-' || substr(r.reference, 5), 'visibility', m.visibility,
          'body', m.body, 'created_at', m.created_at) ORDER BY m.id), '[]')::text
         FROM comments m JOIN requests r ON r.tenant_id = m.tenant_id AND r.id = m.request_id
        WHERE m.author_id = p.id),
      (SELECT coalesce(jsonb_agg(jsonb_build_object(
          'id', a.id, 'reference', left(r.reference, 4) || '-' || substr(r.reference, 5), 'file_name', a.file_name,
          'state', a.state, 'media_type', a.media_type, 'created_at', a.created_at) ORDER BY a.created_at), '[]')::text
         FROM attachments a JOIN requests r ON r.tenant_id = a.tenant_id AND r.id = a.request_id
        WHERE a.uploader_id = p.id),
      (SELECT coalesce(jsonb_agg(jsonb_build_object(
          'reference', left(r.reference, 4) || '-' || substr(r.reference, 5), 'title', r.title,
          'created_at', s.created_at) ORDER BY s.created_at), '[]')::text
         FROM supporters s JOIN requests r ON r.tenant_id = s.tenant_id AND r.id = s.request_id
        WHERE s.person_id = p.id AND \(actor.knownRequests)),
      (SELECT coalesce(jsonb_agg(jsonb_build_object(
          'reference', left(r.reference, 4) || '-' || substr(r.reference, 5), 'title', r.title,
          'since', f.confirmed_at, 'language', f.language) ORDER BY f.id), '[]')::text
         FROM followers f JOIN requests r ON r.tenant_id = f.tenant_id AND r.id = f.request_id
        WHERE NOT f.is_reporter AND f.person_id = p.id AND \(actor.knownRequests)),
      (SELECT coalesce(jsonb_agg(jsonb_build_object(
          'reference', left(r.reference, 4) || '-' || substr(r.reference, 5), 'reason', b.reason, 'text', b.text,
          'created_at', b.created_at) ORDER BY b.created_at), '[]')::text
         FROM abuse_reports b JOIN requests r ON r.tenant_id = b.tenant_id AND r.id = b.request_id
        WHERE b.person_id = p.id)
      FROM people p WHERE p.id = \(id) AND p.active
    """
  }
}
