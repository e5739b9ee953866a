import Civic
import HTML

/// Reports of the same problem: what this one was merged into, what was merged into it, and what it could be merged into.
extension StaffRequestLayout {
  /// At the top of a duplicate's page: nothing is done here any more.
  var forwarding: HTML? {
    guard request.isMerged else { return nil }
    let link: HTML? = request.duplicateOf.map {
      "<a href=\"\(Paths.staffRequest($0))\" class=\"code\">\($0.description)</a>"
    }
    return """
      <div class="notice" id="forwarding">
      <p><strong>\(t("This report is a duplicate."))</strong> \
      \(link.map { "\(t("It is taken care of under")) \($0)." as HTML } ?? HTML(text: t("The other one has been removed.")))</p>
      \(may(.editRequest) ? form(.unmerge, button: t("Take the merge back"), style: "small quiet", .empty) : nil)</div>

      """
  }

  /// What was merged into this one.
  var duplicates: HTML? {
    if view.duplicates.isEmpty { return nil }
    return """
      <section class="card" id="duplicates" aria-labelledby="duplicates-title">
      <h2 id="duplicates-title">\(t("Merged into this report"))</h2>
      <ul class="neighbours">
      \(view.duplicates.map { item in
        """
        <li><a href="\(Paths.staffRequest(item.reference))">\(item.title)</a>
        <span class="muted small"><span class="code">\(item.reference.description)</span> · \(time(item.mergedAt))</span></li>

        """ as HTML
      })</ul>
      </section>

      """
  }

  /// Whether this report can become a duplicate of another.
  var canBeMerged: Bool {
    let workflow = context.actor.tenant.workflow
    let isOpen = workflow.next(from: request.facts.status, by: .merging) != nil
    return may(.editRequest) && !request.isMerged
      && (isOpen || request.facts.status == .duplicate && !workflow.off.contains(.duplicate))
  }

  /// The way to the preview for one of the list.
  func mergeLink(_ other: Reference, _ title: String, _ status: Status) -> HTML? {
    guard canBeMerged, status != .withdrawn, status != .duplicate else { return nil }
    let link = MergePage.link(request.reference, into: other)
    return """
      <a class="small" href="\(link)" aria-label="\(t("Merge into {title}…", ["title": title]))">\(t("Merge into this…"))</a>
      """
  }

  /// The same for any other, by its reference.
  var mergeForm: HTML? {
    guard canBeMerged else { return nil }
    return """
      <section class="card" id="merge" aria-labelledby="merge-title">
      <h2 id="merge-title">\(t("Is it a duplicate?"))</h2>
      <form method="get" action="\(Paths.mergePage(request.reference))">
      \(FormFields(t).text(
        "of", t("Merge into the report with this reference"),
        .init(hint: t("You see first what will move."), autocomplete: "off", maximumLength: 32)))\
      <button class="small">\(t("Show what will move"))</button>
      </form>
      </section>

      """
  }
}
