import Civic
import HTML
import Localization

/// The fields of a bulk change, by what is done; a page shows them one below the other, scripts one at a time.
struct BulkForm {
  let t: Translator
  let choices: TriageChoices
  let workers: [TriageChoices.Choice]
  let workflow: Workflow
  let mayEdit: Bool
  let mayAssign: Bool
  /// Of the selected, to choose the one that goes on; empty where nothing is selected yet, or too much to choose from.
  var selected: [TriageChoices.Choice] = []

  /// Not `duplicate`, which needs the other request, nor `withdrawn`, which is for reporters.
  private var statuses: [Status] {
    workflow.used.filter { ![.submitted, .duplicate, .withdrawn].contains($0) }
  }

  private func hint(_ need: Transition.Need) -> String {
    let names = statuses.filter { Workflow.needs(of: $0).contains(need) }.map { $0.title(t) }
    return t("Needed for: {statuses}. The reporter reads it.", ["statuses": names.joined(separator: ", ")])
  }

  /// What a choice holds that leaves something as it is, and one that takes it away.
  static let (keep, nobody) = ("", "none")

  var kinds: [BulkAction.Kind] {
    (mayAssign ? [.assign, .route] : []) + [.status] + (mayEdit ? [.categorize, .prioritize] : [])
      + (mayEdit && !workflow.off.contains(.duplicate) ? [.duplicate] : [])
  }

  /// All groups, each with a button of its own.
  func groups(_ fields: FormFields) -> HTML {
    "\(kinds.map { kind in group(kind, fields, button: true) })"
  }

  func group(_ kind: BulkAction.Kind, _ fields: FormFields, button: Bool) -> HTML {
    """
    <fieldset class="bulk-group" id="bulk-\(kind.rawValue)" data-action="\(kind.rawValue)">
    <legend>\(title(kind))</legend>
    \(content(kind, fields))\
    \(button
      ? "<button class=\"small\" name=\"action\" value=\"\(kind.rawValue)\">\(t("Preview the change"))</button>\n" as HTML
      : nil)</fieldset>

    """
  }

  func title(_ kind: BulkAction.Kind) -> String {
    switch kind {
    case .assign: t("Assign")
    case .status: t("Change the status")
    case .categorize: t("Change the category")
    case .prioritize: t("Change the priority")
    case .duplicate: t("Mark as duplicates")
    case .route: t("Route anew by the rules")
    case .undo: t("Undo")
    }
  }

  private func content(_ kind: BulkAction.Kind, _ fields: FormFields) -> HTML {
    switch kind {
    case .assign:
      """
      \(fields.select("assignee", t("Person"), [(Self.keep, t("Leave as it is")), (Self.nobody, t("Nobody"))] + workers))\
      \(fields.select(
        "department", t("Department"), [(Self.keep, t("Leave as it is")), (Self.nobody, t("None"))] + choices.departments))
      """
    case .status:
      """
      \(fields.select("status", t("New status"), statuses.map { ($0.rawValue, $0.title(t)) }))\
      \(fields.textArea(
        "reason", t("Reason"),
        .init(hint: hint(.reason), maximumLength: 2000, rows: 2, isOptional: true, isSpellchecked: true)))\
      \(fields.textArea(
        "note", t("What was done"),
        .init(hint: hint(.note), maximumLength: 2000, rows: 2, isOptional: true, isSpellchecked: true)))
      """
    case .categorize:
      fields.select(
        "category", t("New category"), choices.categories,
        .init(hint: t("The rules do not run again by themselves: route the requests anew afterwards.")))
    case .route:
      """
      <p>\(t("The rules are asked anew for what is open and nobody has assigned by hand. The priority stays."))</p>

      """
    case .prioritize:
      fields.select("priority", t("New priority"), Priority.allCases.reversed().map { ($0.name, $0.title(t)) })
    case .duplicate:
      """
      \(selected.isEmpty
        ? nil
        : fields.select("survivor", t("One of the selected goes on"), [(Self.keep, t("Another, by its reference"))] + selected))\
      \(fields.text(
        "of", t("The report that goes on"),
        .init(
          hint: t("Its reference. The others become its duplicates: supporters, followers, photos and comments go along."),
          autocomplete: "off", maximumLength: 32)))
      """
    case .undo: .empty
    }
  }

  /// Why a request cannot be changed, in words.
  static func reason(_ code: Problem.Code, _ t: Translator) -> String {
    switch code {
    case .transitionNotAllowed: t("their status does not allow it")
    case .proofRequired: t("a photo of what was done is missing")
    case .forbidden: t("they are not yours to change")
    case .notFound: t("they are not there any more")
    case .versionMismatch: t("somebody has changed them since")
    case .mergeNotAllowed: t("they are duplicates of another report already")
    case .undoNotAllowed: t("the time for taking it back is over")
    default: t("something went wrong")
    }
  }

  /// The same for scripts, which say it by the code.
  static let messages = [
    "their status does not allow it", "they are not yours to change", "they are not there any more",
    "somebody has changed them since", "something went wrong", "a photo of what was done is missing",
    "they are duplicates of another report already",
  ]
}
