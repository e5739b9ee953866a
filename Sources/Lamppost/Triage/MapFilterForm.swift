import Civic
import HTML
import Localization

/// The form that searches and narrows the list: an ordinary one, whose address can be kept.
struct MapFilterForm {
  let t: Translator
  let filter: PublicFilter
  let categories: [ListCategories.Item]
  let areas: [ListAreas.Name]
  let workflow: Workflow

  var html: HTML {
    """
    <form id="filters" class="finder-filters" method="get" action="\(Paths.mapPage())" role="search" \
    aria-label="\(t("Reports"))">
    <div class="finder-search">
    <label class="visually-hidden" for="field-q">\(t("Search the reports"))</label>
    <input type="search" id="field-q" name="q" maxlength="200" value="\(filter["q"] ?? "")" \
    placeholder="\(t("Search the reports"))" autocomplete="off" enterkeyhint="search">
    <button>\(t("Search"))</button>
    </div>
    <details id="more-filters"\(filter.narrowing > 0 ? " open" as HTML : nil)>
    <summary>\(t("Filters"))<span id="narrowing"\(filter.narrowing == 0 ? " hidden" as HTML : nil)> \
    (<span>\(filter.narrowing)</span>)</span></summary>
    <div class="finder-fields">
    \(field("status", t("State"), [option("", t("Any state"))] + states))\
    \(field("category", t("Category"), [option("", t("Any category"))] + groups))\
    \(areas.isEmpty ? nil : field("area", t("Area"), [option("", t("Anywhere"))] + layers))\
    \(field("since", t("Reported"), [option("", t("At any time"))] + periods))\
    \(field("sort", t("Order"), orders))\
    </div>
    <p class="cluster"><button class="small">\(t("Apply"))</button> \
    <a id="clear-filters" href="\(filter.link(cleared))">\(t("Clear filters"))</a></p>
    </details>
    \(kept)</form>

    """
  }

  private var cleared: [String: String?] {
    let names = [
      "category", "status", "priority", "area", "since", "sort", "cursor", "selected", "created_after",
      "created_before", "updated_after",
    ]
    return Dictionary(uniqueKeysWithValues: names.map { ($0, String?.none) })
  }

  /// What the form does not show but its address must not lose.
  private var kept: HTML {
    "\(["bbox", "zoom", "priority", "created_after", "created_before", "updated_after"].compactMap { name in filter[name].map { value in "<input type=\"hidden\" name=\"\(name)\" value=\"\(value)\">\n" as HTML } })"
  }

  private func field(_ name: String, _ label: String, _ options: [HTML]) -> HTML {
    """
    <div><label for="field-\(name)">\(label)</label>
    <select id="field-\(name)" name="\(name)">
    \(options)</select></div>

    """
  }

  private func option(_ value: String, _ label: String, of name: String = "") -> HTML {
    "<option value=\"\(value)\"\(!value.isEmpty && filter[name] == value ? " selected" as HTML : nil)>\(label)</option>\n"
  }

  private var states: [HTML] {
    var options = [
      group([.submitted, .underReview, .assigned, .inProgress, .onHold], t("Open"), isWhole: true),
      group([.submitted, .underReview], t("New")), group([.assigned, .inProgress], t("Being worked on")),
      group([.onHold], t("Waiting")), group([.completed, .closed], t("Done")),
      group([.rejected, .duplicate, .withdrawn], t("Ended without work"), isWhole: true),
    ].compactMap(\.self)
    // A link from elsewhere may ask for others.
    if let given = filter["status"], !options.contains(where: { $0.0 == given }) {
      let words = given.split(separator: ",").map { Status(rawValue: String($0))?.plainWord(t) ?? String($0) }
      options.append((given, words.joined(separator: ", ")))
    }
    return options.map { option($0.0, $0.1, of: "status") }
  }

  /// States that are looked for together, under the township's own words where it has some for them.
  /// - Parameter isWhole: whether they are too many to be told one by one.
  /// - Returns: nil where the township uses none of them. What stood in one before it was switched off is found as well.
  private func group(_ statuses: [Status], _ word: String, isWhole: Bool = false) -> (String, String)? {
    let used = statuses.filter { !workflow.off.contains($0) }
    if used.isEmpty { return nil }
    let hasOwn = !isWhole && used.contains { t.own[$0.rawValue] != nil }
    return (
      statuses.map(\.rawValue).joined(separator: ","),
      hasOwn ? used.map { $0.plainWord(t) }.joined(separator: ", ") : word
    )
  }

  private var groups: [HTML] {
    var order: [String] = []
    var members: [String: [ListCategories.Item]] = [:]
    for category in categories where !category.isPrivate {
      let group = category.group ?? ""
      if members[group] == nil { order.append(group) }
      members[group, default: []].append(category)
    }
    var html = order.map { group in
      let options = (members[group] ?? []).map { option($0.slug, $0.name, of: "category") }
      return group.isEmpty ? "\(options)" as HTML : "<optgroup label=\"\(group)\">\n\(options)</optgroup>\n"
    }
    if let given = filter["category"], !categories.contains(where: { $0.slug == given && !$0.isPrivate }) {
      html.append(option(given, given, of: "category"))
    }
    return html
  }

  private var layers: [HTML] {
    var order: [String] = []
    for area in areas where order.last != area.layer { order.append(area.layer) }
    return order.map { layer in
      let options = areas.filter { $0.layer == layer }.map { option("\($0.layer):\($0.slug)", $0.name, of: "area") }
      return order.count == 1 ? "\(options)" : "<optgroup label=\"\(layer)\">\n\(options)</optgroup>\n"
    }
  }

  private var periods: [HTML] {
    PublicFilter.periods.map { days in
      let label =
        switch days {
        case 1: t("In the last day")
        case 7: t("In the last week")
        case 30: t("In the last month")
        default: t("In the last year")
        }
      return option(String(days), label, of: "since")
    }
  }

  private var orders: [HTML] {
    // By itself a search brings the best match first, a list the newest.
    [
      option("", t("Usual order")), option("newest", t("Newest first"), of: "sort"),
      option("oldest", t("Oldest first"), of: "sort"), option("priority", t("Most urgent first"), of: "sort"),
    ]
  }
}
