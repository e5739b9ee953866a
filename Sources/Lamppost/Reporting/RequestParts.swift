import Civic
import FoundationEssentials
import HTML
import HTTPServer
import JSON
import Localization

/// The parts of a request's page that everybody sees.
struct RequestParts {
  let view: RequestView
  let reader: RequestReader
  let context: Context
  let now = Date.now

  var t: Translator { context.t }
  var request: ServiceRequest { view.request }

  /// The state, in a word, a sentence and a date.
  var state: HTML {
    """
    <section id="state" class="card state" aria-labelledby="state-title" data-live="\(t("The state has changed."))">
    <h2 id="state-title" class="visually-hidden">\(t("State"))</h2>
    <p class="cluster">\(request.facts.status.plainBadge(t))\
    \(view.isOverdue ? " <span class=\"badge overdue\">\(t("Overdue"))</span>" as HTML : nil)</p>
    <p>\(request.facts.status.plainSentence(t))</p>
    \(forwarding)\
    \(view.expectation(t, now: now).map { "<p class=\"expected\">\($0)</p>\n" as HTML })\
    \(publication)</section>

    """
  }

  /// Where it is taken care of, as far as the reader may know.
  private var forwarding: HTML? {
    request.duplicateOf.map { other in
      "<p id=\"forwarding\"><a href=\"\(Paths.requestPage(other))\">\(t("See the other report, {reference}", ["reference": other.description]))</a></p>\n"
    }
  }

  /// Who can see it, where that is not everybody. Only its reporter reads such a request here.
  private var publication: HTML? {
    let sentence: String? =
      switch request.visibility {
      case "public": nil
      case "hidden": t("Staff do not show this report to the public.")
      default:
        view.isCategoryPrivate || context.actor.tenant.publishesAtOnce
          ? t("Only you and staff can see this report.")
          : t("Staff look at each report before it becomes public. Until then only you and they can see it.")
      }
    return sentence.map { "<p class=\"hint\" id=\"publication\">\($0)</p>\n" }
  }

  /// Pictures that can be seen. Their reporter is told of the others too.
  var photos: HTML? {
    let shown = view.files.filter { $0.state == .clean && $0.isImage }
    let others = view.isReporters ? view.files.filter { !($0.state == .clean && $0.isImage) } : []
    if shown.isEmpty && others.isEmpty { return nil }
    let isScanning = others.contains { $0.state == .quarantined || $0.state == .scanning }
    return """
      <section id="files" aria-labelledby="files-title" data-live="\(t("The files have changed."))"\
      \(isScanning ? " data-scanning" as HTML : nil)>
      <h2 id="files-title"\(others.isEmpty ? " class=\"visually-hidden\"" as HTML : nil)>\
      \(view.isReporters ? t("Your files") : t("Photos"))</h2>
      \(shown.isEmpty ? nil : "<ul class=\"photos\">\n\(shown.enumerated().map { photo($1, $0 + 1, of: shown.count) })</ul>\n" as HTML)\
      \(others.isEmpty ? nil : "<ul class=\"files\">\n\(others.map(file))</ul>\n" as HTML)\
      </section>

      """
  }

  private func photo(_ file: ViewedFile, _ number: Int, of count: Int) -> HTML {
    let words = t(
      "Photo {number} of {count}: {title}",
      ["number": t.number(number), "count": t.number(count), "title": request.title])
    return """
      <li><a href="\(reader.file(file))"><img src="\(reader.thumbnail(file))" alt="\(words)" loading="lazy" \
      decoding="async" width="400" height="300"></a>\
      \(view.isReporters ? "<span class=\"hint small\">\(file.condition(t))</span>" as HTML : nil)\
      \(abuse("attachment", file.id.pathComponent, t("Report this photo as abuse")))</li>

      """
  }

  /// The way to point out what should not stand here, for what everybody sees but one's own.
  private func abuse(_ name: String, _ value: String, _ label: String) -> HTML? {
    if view.isReporters || request.visibility != "public" { return nil }
    let path = Paths.abusePage(request.reference) + "?" + Query([(name: name, value: value)]).encoded
    return "<p class=\"abuse small\"><a href=\"\(path)\" rel=\"nofollow\">\(label)</a></p>\n"
  }

  var abuse: HTML? {
    if view.isReporters || request.visibility != "public" { return nil }
    let path = Paths.abusePage(request.reference)
    return "<p class=\"abuse small\"><a href=\"\(path)\" rel=\"nofollow\">\(t("Report this as abuse"))</a></p>\n"
  }

  private func file(_ file: ViewedFile) -> HTML {
    let tone = file.state == .infected || file.state == .failed ? "danger" : file.state == .clean ? "good" : "info"
    let name: HTML =
      file.state == .clean
      ? "<a href=\"\(reader.file(file))\">\(t("Document"))</a>" : "<strong>\(t("File"))</strong>"
    return "<li class=\"notice \(tone) \(file.state.rawValue)\">\(name) \(file.condition(t))</li>\n"
  }

  var description: HTML? {
    request.description.isEmpty ? nil : "<p class=\"prose description\">\(request.description)</p>\n"
  }

  var facts: HTML {
    """
    <dl class="facts">
    <dt>\(t("Reference"))</dt><dd><span class="nowrap code">\(request.reference.description)</span></dd>
    <dt>\(t("Category"))</dt><dd>\(request.categoryName)</dd>
    \(request.street.map { "<dt>\(t("Address"))</dt><dd>\($0)</dd>\n" as HTML })\
    \(view.areaNames.isEmpty ? nil : "<dt>\(t("Area"))</dt><dd>\(view.areaNames.joined(separator: ", "))</dd>\n" as HTML)\
    <dt>\(t("Reported"))</dt><dd>\(time(request.createdAt))</dd>
    </dl>

    """
  }

  /// Nobody but us is asked for anything by a page whose address is secret, not even for a map's tiles.
  var drawsMap: Bool {
    if case .code = reader.address, context.application.map.tileOrigin != nil { return false }
    return request.location != nil
  }

  /// A place for the map to be drawn in; without a script, a link to the map's page.
  var map: HTML {
    guard let place = request.location?.coordinate else {
      return "<p class=\"hint\">\(t("The exact place is not known."))</p>\n"
    }
    let link = Paths.mapPage() + "?" + Query(surroundings(of: place)).encoded
    let drawing: HTML = """
      <div class="map small-map" data-latitude="\(place.latitude.description)" \
      data-longitude="\(place.longitude.description)" data-status="\(request.facts.status.rawValue)"></div>

      """
    return """
      \(drawsMap ? drawing : nil)\(blurring)<p><a href="\(link)">\(t("See what else is reported around here"))</a></p>

      """
  }

  private var blurring: HTML? {
    guard request.isBlurred else { return nil }
    let sentence =
      view.isReporters
      ? t("The public is shown only roughly where it is, never the exact place.")
      : t("For the protection of people, only the block of some 200 metres is shown.")
    return "<p class=\"hint\" id=\"blurring\">\(sentence)</p>\n"
  }

  /// What the map's page is asked for: some blocks around the place, and where the public may know of it, this request.
  private func surroundings(of place: Coordinate) -> [(name: String, value: String)] {
    // A degree of longitude is shorter than one of latitude, but a box may be wide.
    let box = [
      max(place.longitude - 0.006, -180), max(place.latitude - 0.004, -90), min(place.longitude + 0.006, 180),
      min(place.latitude + 0.004, 90),
    ]
    let view = [("bbox", box.map { (($0 * 1e5).rounded() / 1e5).description }.joined(separator: ",")), ("zoom", "16")]
    return (request.visibility == "public" ? view + [("selected", request.reference.description)] : view)
      .map { (name: $0.0, value: $0.1) }
  }

  /// How many others have the problem, and the button that says so.
  func support(isSupported: Bool) -> HTML? {
    let count = request.supporters
    let isOffered = !view.isReporters && !request.facts.status.isEnded
    if count == 0 && !isOffered { return nil }
    let sentence = t.plural(
      "{count} other person has this problem too.", "{count} other people have this problem too.", count)
    let button: HTML =
      isSupported
      ? """
      <p>\(t("You have said that you have it too."))</p>
      <button class="link" name="take_back" value="true">\(t("Take it back"))</button>
      """ : "<button class=\"quiet\">\(t("Same problem"))</button>"
    return """
      <section id="support" aria-labelledby="support-title" data-live="\(sentence)">
      <h2 id="support-title">\(t("You have this problem too?"))</h2>
      \(count == 0 ? nil : "<p id=\"supporters\">\(sentence)</p>\n" as HTML)\
      \(isOffered ? "<form method=\"post\" action=\"\(Paths.supportPage(request.reference))\">\(context.hiddenToken)\(button)</form>\n" as HTML : nil)\
      </section>

      """
  }

  /// What happened and what staff said to everyone, oldest first.
  var timeline: HTML {
    let entries = view.entries.filter { !$0.isPrivate }
    return """
      <section id="timeline" aria-labelledby="timeline-title" data-live="\(t("There is news about this report."))">
      <h2 id="timeline-title">\(t("What has happened"))</h2>
      <ol class="timeline">
      \(entries.map { entry in
        """
        <li class="\(entry.kind == nil ? "update" : "event")"><strong>\(entry.heading(t))</strong> \(time(entry.at))
        \(entry.text.map { "<p class=\"prose\">\($0)</p>\n" as HTML })\
        \(entry.commentID.flatMap { abuse("comment", "\($0)", t("Report this update as abuse")) })</li>

        """ as HTML
      })</ol>
      </section>

      """
  }

  func time(_ date: Date) -> HTML {
    "<time datetime=\"\(RFC3339.format(date))\">\(t.dateAndTime(date))</time>"
  }
}
