import Civic
import FoundationEssentials
import HTML
import JSON
import Localization

/// The queue: one row a request, and what can be done with those that are chosen.
extension TriageLayout {
  var queueList: HTML {
    let now = Date.now
    if queue.items.isEmpty {
      return """
        <div id="queue"><p class="empty" id="queue-empty">\(nothing)</p></div>

        """
    }
    return """
      <div id="queue">
      <ol id="queue-list" class="queue">
      \(queue.items.map { row($0.request, now: now) })</ol>
      \(queue.nextCursor.map { cursor in
        "<p class=\"more\"><a id=\"queue-more\" class=\"button quiet\" href=\"\(query.link(after: cursor))\">\(t("Show more"))</a></p>\n"
          as HTML
      })</div>

      """
  }

  /// Why the queue is empty, and in a township that is being set up where that is done.
  private var nothing: HTML {
    if !query.parameters.isEmpty { return HTML(text: t("No request matches this filter.")) }
    let waiting = t("No request is open. New ones appear here by themselves.")
    guard mayEver(.manageCategories) else { return HTML(text: waiting) }
    return """
      \(waiting)<br><a href="\(Paths.administration())">\(t("Set up categories, people and rules"))</a>
      """
  }

  private func row(_ request: ServiceRequest, now: Date) -> HTML {
    let reference = request.reference.description
    let isOverdue = request.isOverdue(at: now)
    return """
      <li class="row" id="row-\(reference)" data-reference="\(reference)" data-status="\(request.facts.status.rawValue)"\
      \(request.location.map { place in
        """
         data-latitude="\(place.coordinate.latitude.description)" \
        data-longitude="\(place.coordinate.longitude.description)"
        """ as HTML
      })>
      \(mayEver(.changeStatus)
        ? """
        <label class="row-check"><input type="checkbox" name="references" value="\(reference)">\
        <span class="visually-hidden">\(t("Select {reference}: {title}", ["reference": reference, "title": request.title]))\
        </span></label>

        """ as HTML : nil)<div class="row-text">
      <a class="row-title" href="\(Paths.staffRequest(request.reference))">\(request.title)</a>
      <p class="row-badges">\(request.facts.status.badge(t)) \
      \(request.priority >= .high ? request.priority.badge(t) : nil) \
      \(isOverdue ? "<span class=\"badge overdue\">\(t("Overdue"))</span>" as HTML : nil) \
      \(request.isDueSoon(at: now) ? "<span class=\"badge due-soon\">\(t("Due soon"))</span>" as HTML : nil) \
      <span data-presence="\(reference)" hidden></span></p>
      <p class="row-facts muted small">\(facts(request, now: now))</p>
      </div></li>

      """
  }

  private func facts(_ request: ServiceRequest, now: Date) -> HTML {
    let area = request.areas.first.flatMap { name in choices.areas.first { $0.value == name }?.label }
    let parts: [HTML?] = [
      "<span class=\"code\">\(request.reference.description)</span>", HTML(text: request.categoryName),
      area.map { HTML(text: $0) },
      """
      <time datetime="\(RFC3339.format(request.createdAt))" title="\(t.dateAndTime(request.createdAt))">\
      \(t.relative(request.createdAt, to: now))</time>
      """,
      HTML(text: request.assigneeName ?? t("Nobody assigned")),
      request.location == nil ? HTML(text: t("No place given")) : nil,
      TagBadges.html(request.tags),
    ]
    return parts.compactMap(\.self).joined(separator: " · ")
  }

  /// What to do with those that are chosen; asks again before anything is done.
  var bulkFields: HTML? {
    guard mayEver(.changeStatus), !queue.items.isEmpty else { return nil }
    return """
      <details class="bulk" id="bulk"><summary>\(t("Change the selected requests"))</summary>
      <p class="choice"><input type="checkbox" id="bulk-all" name="all" value="true"> \
      <label for="bulk-all">\(t("Everything that matches the filter, not only this page"))</label></p>
      <div class="bulk-groups">
      \(BulkForm(
        t: t, choices: choices, workers: workers, workflow: context.actor.tenant.workflow, mayEdit: mayEver(.editRequest), mayAssign: mayEver(.assign))
        .groups(FormFields(t)))</div>
      </details>

      """
  }

  /// The English of what `Client/pages/staff.ts` says.
  static let messages =
    BulkForm.messages + [
      "Map of the requests", "{count} requests here", "Request {reference}: {title}", "Draw around requests",
      "Draw a box", "Cancel", "Show wards", "{name}: {count} open", "{name}, {count} open. Select its requests",
      "Select what the map shows", "List follows the map", "Clear the selection", "{count} selected", "1 selected",
      "Nothing selected", "Assign…", "Status…", "Category…", "Priority…", "Assign the selected requests",
      "Change their status", "Change their category", "Change their priority",
      "Duplicates…", "Mark them as duplicates", "One of the selected goes on", "Another, by its reference",
      "They become duplicates of {title}.", "There is no such report.",
      "Nothing can be merged into that report.", "Mark as duplicates", "Route…", "Route anew by the rules",
      "Looking what would change…",
      "Write first what was done.",
      "Write the reason first.", "{count} will change",
      "Unchanged: {count}", "{count} cannot: {reason}", "Change {count}", "Nothing would change", "Working…",
      "{done} of {count} done", "{count} changed", "Undo", "Undone: {count}", "Close",
      "That did not work. Please try again.", "No connection. Nothing was changed.",
      "Click to set corners, double-click or press Enter to finish. Backspace takes one back, Escape cancels.",
      "Drag over the map to draw a box. Escape cancels.", "Looking inside the shape…",
      "The lines cross each other. Please draw again.", "More than 5,000 requests lie there. Draw a smaller shape.",
      "Map", "List", "Keyboard shortcuts", "Next request", "Previous request", "Select or unselect",
      "Open the request", "Assign", "Change the status", "Write a comment", "Search", "This help",
      "Open the request, or finish drawing", "Cancel drawing or close", "{count} requests in the list",
      "A new request has arrived", "Live", "Reconnecting…",
      "Page updated", "Use these keys on this device", "Select everything the list finds",
    ]
}
