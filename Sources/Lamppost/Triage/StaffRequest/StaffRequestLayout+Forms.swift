import Civic
import HTML

/// What every form of the page has: where it goes, its token, which form it is and the version it was made for.
extension StaffRequestLayout {
  /// - Parameters:
  ///   - button: what pressing it does, in words.
  ///   - takesFiles: whether it is sent as multipart.
  func form(
    _ kind: StaffRequestForm.Kind, button: String, style: String = "small", takesFiles: Bool = false, _ fields: HTML
  ) -> HTML {
    """
    <form method="post" action="\(Paths.staffRequest(request.reference))" class="desk-form" id="form-\(kind.rawValue)" \
    novalidate\(takesFiles ? " enctype=\"multipart/form-data\"" as HTML : nil)>\(context.hiddenToken)\
    <input type="hidden" name="action" value="\(kind.rawValue)">\
    <input type="hidden" name="version" value="\(request.facts.version)">\
    <input type="hidden" name="seen" value="\(view.history.last?.sequence ?? 0)">
    \(fields)<button class="\(style)">\(button)</button>
    </form>

    """
  }

  /// A form that opens on request, and stands open when what was entered was refused.
  func disclosed(_ kind: StaffRequestForm.Kind, _ summary: String, _ content: HTML) -> HTML {
    """
    <details class="change" id="change-\(kind.rawValue)"\(entered?.kind == kind ? " open" as HTML : nil)>
    <summary>\(summary)</summary>
    \(content)</details>

    """
  }

  /// The fields of one form: with what was entered where it was refused, else with how things stand.
  func fields(_ kind: StaffRequestForm.Kind, _ known: [String: String?] = [:]) -> FormFields {
    if let entered, entered.kind == kind {
      let problem = entered.problem.flatMap { $0.code == .versionMismatch ? nil : $0 }
      var fields = FormFields(t, entered.form, problem: problem)
      fields.names = names(kind)
      return fields
    }
    var fields = FormFields(t)
    for (name, value) in known { fields.entered[name] = value.map { [$0] } }
    return fields
  }

  private func names(_ kind: StaffRequestForm.Kind) -> [String: String] {
    switch kind {
    case .internal, .public, .private: ["body": kind.rawValue + "_body"]
    case .pin: ["location": "latitude", "location.latitude": "latitude", "location.longitude": "longitude"]
    default: [:]
    }
  }

  var summaryOfErrors: HTML? {
    guard let entered, let problem = entered.problem, problem.code != .versionMismatch else { return nil }
    let labels = [
      "internal_body": t("The comment"), "public_body": t("The update"), "private_body": t("The message"),
      "status": t("New status"), "reason": t("Reason"), "note": t("What was done"),
      "proof": t("Photo of what was done"), "assignee": t("Person"),
      "department": t("Department"), "priority": t("Priority"), "category": t("Category"), "title": t("Title"),
      "description": t("Description"), "latitude": t("Latitude"), "longitude": t("Longitude"),
      "address": t("Address"), "visibility": t("Who sees the request"), "files": t("Files"),
    ]
    return fields(entered.kind).summary { labels[$0] }
  }
}
