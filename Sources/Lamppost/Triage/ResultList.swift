import Civic
import FoundationEssentials
import HTML
import JSON
import Localization

/// Requests as lists for everybody show them.
struct ResultList {
  let t: Translator
  /// Pictographs by category.
  var icons: [String: String] = [:]
  var now = Date.now

  static func icons(_ categories: [ListCategories.Item]) -> [String: String] {
    Dictionary(categories.map { ($0.slug, $0.icon) }) { first, _ in first }
  }

  func results(_ page: ListRequests.Page, _ filter: PublicFilter) -> HTML {
    if page.items.isEmpty { return empty(filter) }
    return """
      <h2 class="visually-hidden">\(t("Reports"))</h2>
      \(filter["cursor"] == nil
        ? nil : "<p class=\"small\"><a href=\"\(filter.link(["cursor": nil]))\">\(t("Back to the start of the list"))</a></p>\n" as HTML)\
      <ol class="results">
      \(page.items.map { item($0.request) })</ol>
      \(page.nextCursor.map { cursor in
        """
        <p class="finder-next"><a class="button quiet" id="next-page" rel="next" \
        href="\(filter.link(["cursor": cursor, "selected": nil]))">\(t("More reports"))</a></p>

        """ as HTML
      })
      """
  }

  /// As an entry of a list.
  /// - Parameter isOnMap: whether there is a map beside it.
  func item(_ request: ServiceRequest, isOnMap: Bool = true) -> HTML {
    """
    <li class="result" data-reference="\(request.reference.description)"\(isOnMap ? place(request) : nil)>
    \(body(request, heading: "h3"))\
    \(isOnMap && request.location != nil
      ? """
      <button type="button" class="link small locate" hidden>\(t("Show on map"))\
      <span class="visually-hidden">: \(request.title)</span></button>

      """ as HTML : nil)</li>

    """
  }

  /// As what a pin stands for.
  func card(_ request: ServiceRequest) -> HTML {
    """
    <div class="result" data-reference="\(request.reference.description)"\(place(request))>
    \(body(request, heading: "h2"))</div>
    <p class="cluster"><a class="button small" href="\(Paths.requestPage(request.reference))">\(t("See the report"))\
    <span class="visually-hidden">: \(request.title)</span></a></p>

    """
  }

  private func place(_ request: ServiceRequest) -> HTML? {
    request.location.map { location in
      """
       data-latitude="\(String(location.coordinate.latitude))" data-longitude="\(String(location.coordinate.longitude))" \
      data-status="\(request.facts.status.rawValue)"
      """
    }
  }

  private func body(_ request: ServiceRequest, heading: HTML) -> HTML {
    """
    \(picture(request))
    <div class="result-words">
    <\(heading)><a href="\(Paths.requestPage(request.reference))">\(request.title)</a></\(heading)>
    <p>\(request.facts.status.plainBadge(t)) <span>\(request.categoryName)</span></p>
    <p class="muted small">\(request.street.map { "\($0) · " as HTML })\
    <time datetime="\(RFC3339.format(request.createdAt))" title="\(t.dateAndTime(request.createdAt))">\
    \(age(request.createdAt))</time></p>
    </div>

    """
  }

  /// Nobody counts in thousands of days.
  private func age(_ date: Date) -> String {
    now.timeIntervalSince(date) < 60 * 86_400 ? t.relative(date, to: now) : t.date(date)
  }

  private func picture(_ request: ServiceRequest) -> HTML {
    guard let id = Self.firstPhoto(request) else {
      return "<span class=\"result-picture\" aria-hidden=\"true\">\(icon(request.category))</span>"
    }
    return """
      <img class="result-picture" src="\(Paths.thumbnail(id))" alt="" loading="lazy" width="96" height="72">
      """
  }

  private func icon(_ category: String) -> String {
    let icon = icons[category] ?? ""
    return icon.isEmpty ? "📍" : icon
  }

  private static func firstPhoto(_ request: ServiceRequest) -> AttachmentID? {
    let files = (try? JSONValue.parse(request.attachments.bytes))?.array ?? []
    let photo = files.first { file in
      file["state"]?.string == "clean" && file["visibility"]?.string == "public"
        && file["media_type"]?.string?.hasPrefix("image/") == true
    }
    return photo?["id"]?.string.flatMap { AttachmentID(pathComponent: $0) }
  }

  private func empty(_ filter: PublicFilter) -> HTML {
    """
    <div class="empty">
    <h2>\(t("No reports here"))</h2>
    <p>\(filter.narrowing > 0 || filter["q"] != nil
      ? t("Nothing matches what you are looking for.") : t("Nobody has reported anything in this place."))</p>
    <p><a class="button" href="\(Paths.report())">\(t("Report a problem"))</a></p>
    </div>

    """
  }
}
