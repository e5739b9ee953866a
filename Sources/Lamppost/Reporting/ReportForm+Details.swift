import Civic
import HTML

extension ReportDraft {
  /// What the title and the description tell of people.
  var personalDetails: [PersonalDetail] {
    ["title", "description"].flatMap { PersonalDetail.found(in: form[$0] ?? "") }
  }
}

/// What the words tell of people, pointed out before they are published. It keeps nobody from sending.
extension ReportForm {
  /// Why the form is there once more.
  var askedBack: HTML? {
    guard pointsOut else { return nil }
    return """
      <div class="notice warn" role="alert" id="asked-back">
      <p><strong>\(t("Your report is not sent yet."))</strong> \(t("Its words may tell who somebody is. Look at them once more, or send it as it is."))</p>
      <p><a href="#pointed-out">\(t("See what was found"))</a></p>
      </div>

      """
  }

  /// Filled anew by the script while somebody writes.
  var pointedOut: HTML {
    let details = draft.personalDetails
    return """
      <div id="pointed-out" role="status">\(details.isEmpty
        ? nil
        : """
        <p><strong>\(t("Do you want everybody to read this?"))</strong></p>
        <ul>
        \(details.map { "<li>\($0.kind.title(t)): <strong>\($0.text)</strong></li>\n" as HTML })</ul>
        """ as HTML)</div>

      """
  }
}
