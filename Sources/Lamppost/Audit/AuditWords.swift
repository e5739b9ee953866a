import Civic
import HTML
import JSON
import Localization

/// Rows of the audit log in the reader's language.
struct AuditWords {
  let t: Translator

  func title(_ kind: AuditEvent.Kind) -> String {
    switch kind {
    case .signedIn: t("Signed in")
    case .signInFailed: t("Wrong password")
    case .signedOut: t("Signed out")
    case .sessionEnded: t("Signed another browser out")
    case .tokensRevoked: t("Tokens revoked")
    case .passwordChanged: t("Password changed")
    case .accountDeleted: t("Account deleted")
    case .exported: t("Data taken out")
    case .dataRequest: t("Somebody's data asked for")
    case .sealedRead: t("Read a sealed original")
    case .changed: t("Changed")
    case .invited: t("Invited")
    case .deactivated: t("Deactivated")
    case .reactivated: t("Activated again")
    case .tenantCreated: t("Township created")
    case .tenantChanged: t("Township changed")
    case .erased: t("Erased for privacy")
    case .verified: t("Audit log verified")
    }
  }

  /// What a row tells of.
  func title(_ entry: AuditEntry) -> String {
    AuditEvent.Kind(rawValue: entry.kind).map(title) ?? Self.spaced(entry.kind)
  }

  func who(_ entry: AuditEntry) -> String {
    if entry.note == AuditEvent.byCommand { return t("Command line") }
    if let id = entry.actorID { return entry.actorName ?? t("Person {number}", ["number": "\(id)"]) }
    switch AuditEvent.Kind(rawValue: entry.kind) {
    case .signInFailed: return t("Unknown")
    case .verified: return t("Command line")
    default: return t("Lamppost")
    }
  }

  /// What it is about: `Category pothole`, a person's name.
  func subject(_ entry: AuditEntry) -> String {
    switch entry.subject {
    case "settings": return t("Township settings")
    case "logo": return t("Logo")
    case "branding": return t("Name, colours and logo")
    case "workflow": return t("Statuses and closing")
    case "rules": return t("Order of the rules")
    case "account": return t("Own account")
    case "configuration": return t("Configuration file")
    case "retention": return t("Keeping and deleting")
    case "audit log", "audit": return t("Audit log")
    case "history": return t("History")
    case "data request": return t("Somebody asks for their data")
    case AuditEvent.unknownAccount: return t("An account that does not exist")
    default: break
    }
    let words = entry.subject.split(separator: " ", maxSplits: 1).map(String.init)
    guard words.count == 2 else { return Self.spaced(entry.subject) }
    switch words[0] {
    case "person": return entry.subjectName ?? t("Person {number}", ["number": words[1]])
    case "request": return t("Report {reference}", ["reference": entry.subjectName ?? words[1]])
    case "category": return t("Category {name}", ["name": words[1]])
    case "township": return t("Township {name}", ["name": words[1]])
    case "invitation": return t("Invitation {number}", ["number": words[1]])
    case "department": return t("Department {name}", ["name": words[1]])
    case "rule": return t("Rule {number}", ["number": words[1]])
    case "dashboard": return t("Dashboard: {table}", ["table": words[1]])
    default: return Self.spaced(entry.subject)
    }
  }

  /// The fields that changed: name, what they held, what they hold; nil for nothing.
  func changes(_ entry: AuditEntry) -> [(name: String, before: String?, after: String?)] {
    // Whole values that were never there before are told as what they became.
    let (before, after) = (members(entry.before), members(entry.after))
    if entry.kind == AuditEvent.Kind.erased.rawValue {
      return [(t("Rows"), nil, t.number(after.count))]
    }
    let names = after.map(\.key) + before.map(\.key).filter { name in !after.contains { $0.key == name } }
    return names.compactMap { name in
      let (from, to) = (
        words(before.first { $0.key == name }?.value), words(after.first { $0.key == name }?.value)
      )
      // Of something new, what it was made without says nothing.
      return from == nil && to == nil ? nil : (field(name), from, to)
    }
  }

  /// From and to, a line a field.
  func details(_ entry: AuditEntry) -> HTML {
    if entry.isErased { return "<span class=\"muted\">\(t("Contents erased for privacy"))</span>" }
    // What has a name is never without one: where there was none before, all of it is new.
    let isNew = entry.before == nil || members(entry.before).contains { $0.key == "name" && words($0.value) == nil }
    var lines = changes(entry).map { change -> HTML in
      let from = change.before ?? (isNew ? nil : t("nothing"))
      let to = change.after ?? t("nothing")
      if (from ?? "").utf8.count + to.utf8.count > 160 {
        return """
          \(t("{label}:", ["label": change.name])) <details><summary>\(t("Show both"))</summary>
          <p class="prose"><del>\(from ?? "")</del></p><p class="prose"><ins>\(to)</ins></p></details>
          """
      }
      let old: HTML? = from.map { "<del>\($0)</del> <span aria-hidden=\"true\">→</span> " }
      return "\(t("{label}:", ["label": change.name])) \(old)<ins>\(to)</ins>"
    }
    if let note = entry.note, note != AuditEvent.byCommand { lines.append(HTML(text: note)) }
    return lines.joined(separator: "<br>")
  }

  private func members(_ json: String?) -> [JSONObject.Member] {
    json.flatMap { try? JSONValue.parse(Array($0.utf8)).object }?.members ?? []
  }

  /// - Returns: nil for null, for nothing, for an empty text and for an empty list.
  private func words(_ value: JSONValue?) -> String? {
    guard let value else { return nil }
    if case .null = value { return nil }
    if let text = value.string { return text.isEmpty ? nil : text }
    if let flag = value.bool { return flag ? t("yes") : t("no") }
    if let number = value.integer { return t.number(number) }
    if let list = value.array, list.allSatisfy({ $0.string != nil || $0.integer != nil }) {
      return list.isEmpty ? nil : list.compactMap(words).joined(separator: ", ")
    }
    var json = JSONWriter()
    json.value(value)
    return String(decoding: json.bytes, as: UTF8.self)
  }

  /// As the page says it on which the field is kept; what no page speaks of stays as it is.
  private func field(_ name: String) -> String {
    switch name {
    case "name": t("Name")
    case "active": t("Active")
    case "removed": t("Removed")
    case "role": t("Role")
    case "email": t("Email address")
    case "department": t("Department")
    case "departments": t("Departments")
    case "areas": t("Areas")
    case "categories": t("Categories")
    case "tags": t("Tags")
    case "priority", "default_priority": t("Priority")
    case "icon": t("Pictograph")
    case "group", "group_name": t("Group")
    case "notice": t("Notice")
    case "stop_message": t("Message that stops the form")
    case "keywords": t("Other words for it")
    case "description": t("Description")
    case "attributes": t("Questions")
    case "targets": t("Targets by priority")
    case "calendar": t("Calendar")
    case "order": t("Order")
    case "body": t("Text")
    case "boundary": t("Boundary")
    case "weekdays": t("Weekdays")
    case "words": t("Words in title or description")
    case "emergency_number": t("Emergency number")
    case "contact_email": t("Contact email address")
    case "second_factor_roles": t("Who has to sign in with a second factor")
    case "short_name": t("Name where there is little room")
    case "brand_colour": t("Colour of the band above each page")
    case "accent_colour": t("Colour of links and buttons")
    case "shows_name": t("The name stands beside the logo")
    case "logo": t("Logo")
    default: Self.spaced(name)
    }
  }

  private static func spaced(_ name: String) -> String { name.replacing("_", with: " ") }
}
