import PostgreSQL

/// What the demo's staff write often.
struct DemoTemplate {
  let name: String
  let visibility: Visibility
  let body: String

  static let all = [
    DemoTemplate(
      name: "Thank you, we are on it", visibility: .public,
      body: "Thank you for telling us. We have looked at \u{201C}{title}\u{201D} and planned the work."),
    DemoTemplate(
      name: "Work is scheduled", visibility: .public,
      body: "The work is scheduled for this week. The street stays open; there may be noise in the morning."),
    DemoTemplate(
      name: "Waiting for the utility", visibility: .public,
      body: "The utility company must mark its lines before we can dig. We go on as soon as it has."),
    DemoTemplate(
      name: "Ask for a photo", visibility: .private,
      body: "Could you send us a photo that shows where exactly it is? You can add it on this page ({reference})."),
    DemoTemplate(
      name: "Ask for the exact place", visibility: .private,
      body: "We could not find it at the place you marked. Is there a house number or a pole number near it?"),
    DemoTemplate(
      name: "Handed to the contractor", visibility: .internal,
      body: "{reference} handed to the contractor. Order number: \nAnswer expected by: "),
  ]

  var insertion: SQL {
    """
    INSERT INTO reply_templates (tenant_id, name, body, visibility)
    VALUES (current_tenant(), \(name), \(body), \(visibility.rawValue))
    """
  }

  /// Whom the comments of the demo call.
  static let mentions: SQL = """
    INSERT INTO comment_mentions (tenant_id, comment_id, person_id, request_id)
    SELECT m.tenant_id, m.id, p.id, m.request_id
      FROM comments m JOIN people p ON p.tenant_id = m.tenant_id AND p.role <> 'citizen'
     WHERE m.tenant_id = current_tenant() AND m.visibility = 'internal' AND p.id <> m.author_id
       AND strpos(m.body, '@' || p.name) > 0
    """
}
