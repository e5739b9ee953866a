import Civic
import HTML
import Localization

/// The filters, as a form that works by itself.
extension TriageLayout {
  var filters: HTML {
    """
    <form method="get" action="\(Paths.triage())" id="filters" class="filters" role="search" \
    aria-label="\(t("Filter the requests"))">
    <div class="filters-first">
    <div class="field grow"><label for="filter-q">\(t("Search"))</label>
    <input type="search" id="filter-q" name="q" value="\(query["q"])" maxlength="200" autocomplete="off"></div>
    \(select("status", t("Status"), statusChoices, any: nil))\
    \(select("sort", t("Order"), sortChoices, any: nil))\
    <button class="quiet" id="filter-apply">\(t("Apply"))</button>
    </div>
    <details id="more-filters"\(query.furtherCount > 0 ? " open" as HTML : nil)>
    <summary>\(query.furtherCount > 0
      ? t.plural("More filters ({count} set)", "More filters ({count} set)", query.furtherCount) : t("More filters"))\
    </summary>
    <div class="filters-more">
    \(select("category", t("Category"), choices.categories, any: t("Any category")))\
    \(select("priority", t("Priority"), Priority.allCases.reversed().map { ($0.name, $0.title(t)) }, any: t("Any priority")))\
    \(select("assignee", t("Assigned to"), assigneeChoices, any: t("Anybody")))\
    \(choices.departments.isEmpty ? nil
      : select("department", t("Department"), choices.departments + [(RequestFilter.noDepartment, t("No department"))],
        any: t("Any department")))\
    \(choices.areas.isEmpty ? nil : select("area", t("Area"), choices.areas, any: t("Everywhere")))\
    <div class="field"><label for="filter-tag">\(t("Tag"))</label>
    <input id="filter-tag" name="tag" value="\(query["tag"])" maxlength="\(Tag.longest)" autocomplete="off"></div>
    \(select("overdue", t("Target date"), [("true", t("Overdue")), ("false", t("Not overdue"))], any: t("Any date")))\
    \(select("due_within", t("Due soon"), [
      ("24", t("Within a day")), ("72", t("Within 3 days")), ("168", t("Within a week")),
    ], any: t("Any date")))\
    \(select("target", t("Target kept"), [
      ("on_time", t("On time")), ("late", t("Late")), ("any", t("On time or late")),
    ], any: t("Whatever came of it")))\
    \(select("answer", t("First answer"), [
      ("on_time", t("Answered on time")), ("late", t("Answered late")), ("any", t("Answered at all")),
    ], any: t("Whatever came of it")))\
    \(days("closed_on", t("Closed on")))\(days("answered_on", t("Answered on")))\(days("due_on", t("Due on")))\
    </div></details>
    \(["bbox", "near", "radius", "created_after", "created_before", "closed_after", "closed_before", "updated_after"].compactMap(hidden))
    \(query.isRepaired ? "<p class=\"notice warn\">\(t("A filter in the address was not understood and is left out."))</p>\n" as HTML : nil)\
    </form>

    """
  }

  /// Days, where an address has asked for some: nobody types them, but everybody may change them or take them away.
  private func days(_ name: String, _ label: String) -> HTML? {
    if query[name].isEmpty { return nil }
    return """
      <div class="field"><label for="filter-\(name)">\(label)</label>
      <input id="filter-\(name)" name="\(name)" value="\(query[name])" maxlength="22" autocomplete="off" \
      spellcheck="false"></div>

      """
  }

  private func hidden(_ name: String) -> HTML? {
    query[name].isEmpty ? nil : "<input type=\"hidden\" name=\"\(name)\" value=\"\(query[name])\">\n"
  }

  /// - Parameter any: the label of the empty choice; nil where there is none.
  private func select(_ name: String, _ label: String, _ choices: [TriageChoices.Choice], any: String?) -> HTML {
    let value = query[name]
    let isUnlisted = !value.isEmpty && !choices.contains { $0.value == value }
    let all = (any.map { [("", $0)] } ?? []) + choices + (isUnlisted ? [(value, t("Several"))] : [])
    return """
      <div class="field"><label for="filter-\(name)">\(label)</label>
      <select id="filter-\(name)" name="\(name)">
      \(all.map { choice in
        "<option value=\"\(choice.0)\"\(choice.0 == value ? " selected" as HTML : nil)>\(choice.1)</option>\n" as HTML
      })</select></div>

      """
  }

  private var statusChoices: [TriageChoices.Choice] {
    let off = context.actor.tenant.workflow.off
    // What is switched off is offered as long as the list holds any of it.
    let held = Set(queue.items.map(\.request.facts.status))
    let statuses = Status.allCases.filter { !off.contains($0) || held.contains($0) || query["status"] == $0.rawValue }
    return [("", t("All open")), (TriageQuery.everyStatus, t("All"))] + statuses.map { ($0.rawValue, $0.title(t)) }
  }

  private var sortChoices: [TriageChoices.Choice] {
    var choices = [
      ("", query["q"].isEmpty ? t("Newest first") : t("Best match first")), ("newest", t("Newest first")),
      ("oldest", t("Oldest first")), ("priority", t("Most urgent first")), ("due", t("Due first")),
    ]
    if query["q"].isEmpty { choices.remove(at: 1) }
    return choices
  }

  private var assigneeChoices: [TriageChoices.Choice] {
    [("me", t("Me")), ("none", t("Nobody"))] + workers
  }

  /// Everybody to whom requests can be given.
  var workers: [TriageChoices.Choice] {
    choices.staff.filter(\.takesRequests).map { member in
      ("\(member.id)", member.label)
    }
  }
}
