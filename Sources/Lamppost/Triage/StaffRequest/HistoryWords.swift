import Civic
import HTML
import JSON
import Localization

/// One row of the history in a sentence for staff.
struct HistoryWords {
  let t: Translator
  let view: StaffRequestView

  func sentence(_ entry: HistoryEntry) -> HTML {
    switch entry.kind {
    case "created" where entry.actorID != nil && view.request.facts.reporterID != entry.actorID:
      return HTML(text: t("Written down by staff for a caller"))
    case "created": return HTML(text: t("Reported"))
    case "imported": return HTML(text: t("Brought over from an earlier system"))
    case "withdrawn": return HTML(text: t("Withdrawn by the reporter"))
    case "attachment":
      return HTML(text: entry.after == "infected" ? t("A file was infected and has been deleted") : t("Added a file"))
    case "confirmation":
      let isSolved = entry.after == Status.closed.rawValue
      return HTML(text: isSolved ? t("The reporter says it is solved") : t("The reporter says it is not solved"))
    case "status" where entry.isByTownship && entry.after == Status.closed.rawValue:
      return HTML(text: t("Closed by itself: the reporter has said nothing since the work was done"))
    case "warning", "escalation":
      return HTML(text: DeadlineAlert(rawValue: entry.after ?? "")?.heading(t) ?? entry.kind)
    case "target":
      return fromTo(t("Target date"), moment(entry.before) ?? t("no date"), moment(entry.after) ?? t("no date"))
    case "status": return fromTo(t("Status"), status(entry.before), status(entry.after))
    case "assignment": return fromTo(t("Assigned to"), people(entry.before), people(entry.after))
    case "edited": return edited(entry)
    case "routed": return routed(entry)
    case "moderated": return moderated(entry)
    case "merged": return merged(entry)
    case "comment": return HTML(text: t("Wrote a comment"))
    case "message": return HTML(text: t("Wrote a message"))
    default: return HTML(text: entry.kind)
    }
  }

  private func merged(_ entry: HistoryEntry) -> HTML {
    let words = (entry.after ?? entry.before ?? "").split(separator: " ")
    let other: HTML? = words.last.flatMap { Reference(String($0)) }.map {
      " <a class=\"code\" href=\"\(Paths.staffRequest($0))\">\($0.description)</a>"
    }
    let sentence =
      switch (words.first, entry.after) {
      case ("into", .some): t("Merged into")
      case ("into", nil): t("Taken back: merged into")
      case (_, .some): t("Another report was merged into this one:")
      case (_, nil): t("Taken back: another report was merged into this one:")
      }
    return "\(sentence)\(other)"
  }

  private func fromTo(_ label: String, _ before: String?, _ after: String?) -> HTML {
    let from: HTML? = before.map { "<del>\($0)</del> <span aria-hidden=\"true\">→</span> " }
    return "\(t("{label}:", ["label": label])) \(from)<ins>\(after ?? t("nobody"))</ins>"
  }

  private func status(_ word: String?) -> String? {
    word.map { Status(rawValue: $0)?.title(t) ?? $0 }
  }

  private func moment(_ text: String?) -> String? { text.flatMap(RFC3339.parse).map { t.dateAndTime($0) } }

  /// `person 4, department 2` in names.
  private func people(_ text: String?) -> String? {
    guard let text else { return nil }
    return text.split(separator: ", ").map { part in
      let words = part.split(separator: " ")
      guard words.count == 2, let id = Int(words[1]) else { return String(part) }
      switch words[0] {
      case "person": return view.names[id] ?? t("somebody who has left")
      case "department": return view.departments.first { $0.id == id }?.name ?? t("a former department")
      default: return String(part)
      }
    }.joined(separator: ", ")
  }

  private func edited(_ entry: HistoryEntry) -> HTML {
    let before = fields(entry.before)
    let lines = fields(entry.after).compactMap { name, after -> HTML? in
      let earlier = before.first { $0.name == name }?.value
      // A form sends all its fields, also those that nobody touched.
      if earlier == after { return nil }
      let (from, to) = (value(name, earlier ?? ""), value(name, after))
      if name == "description" || from.utf8.count + to.utf8.count > 160 {
        return """
          \(t("{label}:", ["label": label(name)])) <details><summary>\(t("Show both"))</summary>
          <p class="prose"><del>\(from)</del></p><p class="prose"><ins>\(to)</ins></p></details>
          """
      }
      return fromTo(label(name), from.isEmpty ? nil : from, to.isEmpty ? t("nothing") : to)
    }
    return lines.isEmpty ? HTML(text: t("Saved without a change")) : lines.joined(separator: "<br>")
  }

  /// The rules' names stand below, as what was said with it.
  private func routed(_ entry: HistoryEntry) -> HTML {
    let before = fields(entry.before)
    let lines = fields(entry.after).compactMap { name, text -> HTML? in
      let earlier = before.first { $0.name == name }?.value
      if earlier == text { return nil }
      func named(_ kind: String, _ id: String?) -> String? {
        id.flatMap { $0.isEmpty ? nil : people(kind + " " + $0) }
      }
      return switch name {
      case "department": fromTo(t("Department"), named(name, earlier), named(name, text))
      case "assignee": fromTo(t("Assigned to"), named("person", earlier), named("person", text))
      case "passed_over":
        text.split(separator: ", ").compactMap { RoutingRule.PassedOver(rawValue: String($0)) }
          .map { HTML(text: passedOver($0)) }.joined(separator: "<br>")
      default: fromTo(label(name), earlier.flatMap { $0.isEmpty ? nil : $0 }, value(name, text))
      }
    }
    return ([HTML(text: t("Routed by rules"))] + lines).joined(separator: "<br>")
  }

  private func passedOver(_ reason: RoutingRule.PassedOver) -> String {
    switch reason {
    case .departmentGone: t("A rule names a department that does not exist any more: passed over")
    case .assigneeGone: t("A rule names a person who cannot take requests any more: passed over")
    case .assigneeLimited: t("A rule names a person who may not see this request: passed over")
    }
  }

  private func moderated(_ entry: HistoryEntry) -> HTML {
    let isFile = entry.before?.hasPrefix("attachment") ?? false
    return switch entry.after {
    case "hide": HTML(text: isFile ? t("Hid a photo") : t("Hid a public update"))
    case "unhide": HTML(text: isFile ? t("Showed a photo again") : t("Showed a public update again"))
    case "redact": HTML(text: t("Blackened words"))
    case "blacken": HTML(text: t("Blackened parts of a photo"))
    case "destroy": HTML(text: t("Destroyed sealed originals"))
    case "deleted": HTML(text: t("Deleted, its time having come"))
    case "erased": HTML(text: t("Personal data deleted at somebody's request"))
    case "retention": HTML(text: t("Made anonymous, its time having come"))
    default: HTML(text: isFile ? t("Removed a file for good") : t("Removed a comment for good"))
    }
  }

  private func fields(_ json: String?) -> [(name: String, value: String)] {
    let object = json.flatMap { try? JSONValue.parse(Array($0.utf8)).object }
    return (object?.members ?? []).map { (name: $0.key, value: $0.value.string ?? "") }
  }

  private func label(_ name: String) -> String {
    switch name {
    case "title": t("Title")
    case "description": t("Description")
    case "category": t("Category")
    case "priority": t("Priority")
    case "visibility": t("Seen by")
    case "address": t("Address")
    case "location": t("Place")
    case "tags": t("Tags")
    default: name
    }
  }

  private func place(_ words: String) -> String {
    guard let location = Location(words: words) else { return t("unknown") }
    let degrees = [location.coordinate.latitude, location.coordinate.longitude].map(StaffRequestLayout.short)
    return degrees.joined(separator: ", ")
  }

  private func value(_ name: String, _ text: String) -> String {
    switch name {
    case "category": view.categories.first { $0.slug == text }?.name ?? text
    case "priority": Priority(name: text)?.title(t) ?? text
    case "location": place(text)
    case "visibility": StaffRequestLayout.visibilityTitle(text, t)
    default: text
    }
  }
}
