import PostgreSQL

extension DataRequests {
  /// One JSON object of what was found, made by the database.
  static func export(_ found: Found, of subject: DataSubject) -> SQL {
    let email: String? = if case .email(let email) = subject { email } else { nil }
    let reference: SQL = "left(r.reference, 4) || '-' || substr(r.reference, 5)"
    return """
      SELECT jsonb_build_object(
        'exported_at', now(),
        'accounts', (SELECT coalesce(jsonb_agg(jsonb_build_object(
            'id', p.id, 'name', p.name, 'email', p.email, 'active', p.active, 'created_at', p.created_at) ORDER BY p.id),
            '[]') FROM people p WHERE p.id = ANY(\(found.people))),
        'reports', (SELECT coalesce(jsonb_agg(jsonb_build_object(
            'reference', \(reference), 'title', r.title, 'description', r.description, 'status', r.status,
            'address', r.address, 'latitude', ST_Y(r.location::geometry), 'longitude', ST_X(r.location::geometry),
            'attributes', r.attributes, 'created_at', r.created_at, 'closed_at', r.closed_at,
            'contact', (SELECT jsonb_build_object('name', k.name, 'email', k.email, 'phone', k.phone)
                          FROM request_contacts k WHERE k.request_id = r.id),
            'private_thread', (SELECT coalesce(jsonb_agg(jsonb_build_object(
                'body', m.body, 'created_at', m.created_at) ORDER BY m.id), '[]')
              FROM comments m WHERE m.request_id = r.id AND m.visibility = 'private'),
            'files', (SELECT coalesce(jsonb_agg(jsonb_build_object(
                'id', a.id, 'file_name', a.file_name, 'state', a.state, 'created_at', a.created_at)
                ORDER BY a.created_at), '[]')
              FROM attachments a WHERE a.request_id = r.id AND a.visibility <> 'internal'))
            ORDER BY r.id), '[]') FROM requests r WHERE r.id = ANY(\(found.requests))),
        'comments', (SELECT coalesce(jsonb_agg(jsonb_build_object(
            'reference', \(reference), 'body', m.body, 'created_at', m.created_at) ORDER BY m.id), '[]')
          FROM comments m JOIN requests r ON r.id = m.request_id WHERE m.author_id = ANY(\(found.people))),
        'supports', (SELECT coalesce(jsonb_agg(jsonb_build_object(
            'reference', \(reference), 'created_at', s.created_at) ORDER BY s.created_at), '[]')
          FROM supporters s JOIN requests r ON r.id = s.request_id WHERE s.person_id = ANY(\(found.people))),
        'follows', (SELECT coalesce(jsonb_agg(jsonb_build_object(
            'reference', \(reference), 'email', f.email, 'since', f.confirmed_at, 'language', f.language)
            ORDER BY f.id), '[]')
          FROM followers f JOIN requests r ON r.id = f.request_id WHERE f.id = ANY(\(found.followers))),
        'invitations', (SELECT coalesce(jsonb_agg(jsonb_build_object(
            'email', i.email, 'name', i.name, 'role', i.role, 'created_at', i.created_at, 'expires_at', i.expires_at)
            ORDER BY i.id), '[]') FROM invitations i WHERE i.id = ANY(\(found.invitations))),
        -- Of somebody's account, which need not be theirs: no more is told of it.
        'address_changes', (SELECT coalesce(jsonb_agg(jsonb_build_object(
            'email', l.email, 'expires_at', l.expires_at) ORDER BY l.expires_at), '[]')
          FROM account_links l WHERE l.email = \(email)))::text
      """
  }
}
