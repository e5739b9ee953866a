import Civic
import HTML

/// What was reported: words, place, photos, who, and what stands near it.
extension StaffRequestLayout {
  var report: HTML {
    """
    <section class="card" id="report" aria-labelledby="report-title">
    <h2 id="report-title">\(t("The report"))</h2>
    \(request.description.isEmpty
      ? "<p class=\"muted\">\(t("No description was given."))</p>"
      : "<p class=\"prose\">\(request.description)</p>" as HTML)
    \(supporters)\(place)\(may(.editRequest) ? textForm : nil)\
    \(may(.moderate)
      ? "<p class=\"small act\"><a href=\"\(Paths.redactWordsPage(request.reference))\">\(t("Blacken words"))</a></p>\n" as HTML : nil)\
    </section>

    """
  }

  private var supporters: HTML? {
    let count = request.supporters
    if count == 0 { return nil }
    let words = t.plural(
      "{count} other person has this problem too.", "{count} other people have this problem too.", count)
    return "<p id=\"supporters\"><strong>\(words)</strong></p>\n"
  }

  private var place: HTML {
    let areas = view.areas.isEmpty ? nil : view.areas.joined(separator: " · ")
    guard let location = request.location else {
      return """
        <p class="place">\(Icon.pin.html) \(request.address ?? t("The place is not known."))</p>
        <div class="desk-map" id="map" data-title="\(request.title)" hidden></div>
        \(may(.editRequest) ? pinForm : nil)
        """
    }
    let (latitude, longitude) = (location.coordinate.latitude, location.coordinate.longitude)
    return """
      <p class="place">\(Icon.pin.html) <span>\(request.street.map { "<strong>\($0)</strong><br>" as HTML })\
      \(areas.map { "\($0)<br>" as HTML })<span class="muted small">\(coordinates)\
      \(location.accuracy.map { " ± \(Int($0.rounded())) m" })</span></span></p>
      <div class="desk-map" id="map" data-latitude="\(latitude.description)" data-longitude="\(longitude.description)" \
      data-title="\(request.title)" data-status="\(request.facts.status.rawValue)" hidden></div>
      \(may(.editRequest) ? pinForm : nil)
      """
  }

  /// Five decimals are a metre: more is noise.
  var coordinates: String {
    request.location.map { "\(Self.short($0.coordinate.latitude)), \(Self.short($0.coordinate.longitude))" } ?? ""
  }

  static func short(_ degrees: Double) -> String { ((degrees * 100_000).rounded() / 100_000).description }

  var files: HTML {
    """
    <section class="card" id="files" aria-labelledby="files-title">
    <h2 id="files-title">\(t("Photos and documents"))</h2>
    \(view.attachments.isEmpty
      ? "<p class=\"muted\">\(t("No files."))</p>"
      : "<ul class=\"photos desk-photos\">\n\(view.attachments.map(file))</ul>" as HTML)
    \(may(.attach) ? uploadForm : nil)</section>

    """
  }

  private func file(_ file: Attachment) -> HTML {
    let name = file.fileName ?? t("File without a name")
    let (state, kind, isFinal) = stateInWords(file)
    let content = Paths.content(file.id)
    let picture: HTML =
      if file.isSealed && file.state == .clean {
        // Shown to whoever asks for it alone: the audit log keeps who has looked.
        "<a href=\"\(content)\" class=\"document\">\(t("Look at the original"))</a>"
      } else if file.state == .clean && file.hasThumbnail {
        """
        <a href="\(content)" class="photo"><img src="\(Paths.thumbnail(file.id))" alt="\(name)" loading="lazy"></a>
        """
      } else if file.state == .clean {
        "<a href=\"\(content)\" class=\"document\">\(t("Open the document"))</a>"
      } else {
        "<span class=\"no-photo \(kind)\" aria-hidden=\"true\"></span>"
      }
    return """
      <li data-attachment="\(file.id.pathComponent)" data-state="\(file.state.rawValue)"\
      \(isFinal ? nil : " aria-busy=\"true\"" as HTML)>
      \(picture)
      <p class="file-name">\(name)</p>
      <p class="file-state \(kind)">\(state)</p>
      <p class="file-seen muted">\(file.isSealed ? t("Sealed original") : seenBy(file.visibility))</p>
      \(file.state == .clean && file.hasThumbnail && !file.isSealed && may(.moderate)
        ? "<p class=\"small act\"><a href=\"\(Paths.redactPhotoPage(file.id))\">\(t("Blacken parts"))<span class=\"visually-hidden\">: \(name)</span></a></p>\n" as HTML
        : nil)\
      </li>

      """
  }

  private func stateInWords(_ file: Attachment) -> (words: String, kind: String, isFinal: Bool) {
    switch file.state {
    case .clean: (t("Checked and clean"), "good", true)
    case .quarantined, .scanning: (t("Being checked for viruses"), "waiting", false)
    case .infected: (t("Infected: {name}", ["name": file.signature ?? t("unknown")]), "danger", true)
    case .failed: (t("Could not be accepted: {reason}", ["reason": file.reason ?? t("unknown")]), "danger", true)
    }
  }

  private func seenBy(_ visibility: Visibility) -> String {
    switch visibility {
    case .public: t("Anyone sees it")
    case .internal: t("Staff only")
    case .private: t("Reporter and staff")
    }
  }

  /// The reporter, for who may know them. Others are not even told whether there is anything to know.
  var reporter: HTML? {
    guard let contact = view.contact else { return nil }
    let shown = contact.left ?? contact.account?.details
    let facts = [
      (t("Name"), shown?.name.map { HTML(text: $0) }),
      (t("Email"), shown?.email.map { "<a href=\"mailto:\($0)\">\($0)</a>" as HTML }),
      (t("Telephone"), shown?.phone.map { "<a href=\"tel:\($0.filter { !$0.isWhitespace })\">\($0)</a>" as HTML }),
    ].compactMap { label, value in value.map { "<dt>\(label)</dt><dd>\($0)</dd>\n" as HTML } }
    let nobody =
      request.isAnonymous
      ? t("Anonymous: can be reached by private message alone.")
      : t("No contact details were left. A private message reaches the tracking page.")
    return """
      <section class="card" id="reporter" aria-labelledby="reporter-title">
      <h2 id="reporter-title">\(Icon.person.html) \(t("Reporter"))</h2>
      \(facts.isEmpty ? "<p class=\"muted\">\(nobody)</p>" as HTML : "<dl class=\"facts\">\n\(facts)</dl>" as HTML)
      </section>

      """
  }

  var answers: HTML? {
    if view.answers.isEmpty { return nil }
    return """
      <section class="card" id="answers" aria-labelledby="answers-title">
      <h2 id="answers-title">\(t("Answers"))</h2>
      <dl class="facts stacked">
      \(view.answers.map { item in
        let words = item.answer.map { $0 == "yes" ? t("Yes") : $0 == "no" ? t("No") : $0 }
        return "<dt>\(item.question)</dt><dd>\(words.joined(separator: ", "))</dd>\n" as HTML
      })</dl>
      </section>

      """
  }

  /// What may be about the same problem.
  var alike: HTML? {
    if view.similar.isEmpty { return nil }
    return """
      <section class="card" id="similar" aria-labelledby="similar-title">
      <h2 id="similar-title">\(t("May be the same problem"))</h2>
      <ul class="neighbours">
      \(view.similar.map { item in
        let metres = t("{metres} m away", ["metres": "\(Int(item.distance.rounded()))"])
        return """
          <li><a href="\(Paths.staffRequest(item.reference))">\(item.title)</a>
          <span class="muted small">\(item.categoryName) · \(metres) · \(time(item.createdAt)) · \
          \(t("{percent} % alike", ["percent": t.number(Int((item.score * 100).rounded()))]))</span>
          \(item.status.badge(t)) \(mergeLink(item.reference, item.title, item.status))</li>

          """ as HTML
      })</ul>
      </section>

      """
  }

  var neighbours: HTML {
    """
    <section class="card" id="nearby" aria-labelledby="nearby-title">
    <h2 id="nearby-title">\(t("Within {metres} metres", ["metres": "\(Int(ReadStaffRequest.neighbourhood))"]))</h2>
    \(view.nearby.isEmpty
      ? "<p class=\"muted\">\(t("Nothing else is reported here."))</p>"
      : "<ul class=\"neighbours\">\n\(view.nearby.map(neighbour))</ul>" as HTML)
    </section>

    """
  }

  private func neighbour(_ item: ListRequests.Item) -> HTML {
    let metres = Int((item.distance ?? 0).rounded())
    return """
      <li><a href="\(Paths.staffRequest(item.request.reference))">\(item.request.title)</a>
      <span class="muted small">\(item.request.categoryName) · \(t("{metres} m away", ["metres": "\(metres)"])) · \
      \(time(item.request.createdAt))</span>
      \(item.request.facts.status.badge(t)) \
      \(mergeLink(item.request.reference, item.request.title, item.request.facts.status))</li>

      """
  }
}
