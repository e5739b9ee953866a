import Civic
import FoundationEssentials
import HTML
import HTTPServer
import JSON
import Localization

/// One request on one page: what staff read, say and change about it.
enum StaffRequestPage {
  static func show(_ request: Request, _ context: Context, _ reference: Reference) async throws -> Response {
    try await open(reference, request, context)
    let view = try await context.application.readStaffRequest(reference, as: context.actor)
    let done = request.query["done"].flatMap(StaffRequestForm.Kind.init(rawValue:))
    return StaffRequestLayout(context: context, view: view, done: done).page.response(context)
  }

  /// The first opening by somebody who may change it is a look by staff; one that a browser makes ahead is none.
  private static func open(_ reference: Reference, _ request: Request, _ context: Context) async throws {
    if (request.headers["Sec-Purpose"] ?? "").hasPrefix("prefetch") || request.method != .get { return }
    let found = try await context.application.findRequest(reference, as: context.actor).get()
    guard found.facts.status == .submitted, context.actor.may(.changeStatus, on: found.facts) else { return }
    _ = try await context.application.changeStatus.opened(reference, as: context.actor)
  }

  static func submit(_ request: Request, _ context: Context, _ reference: Reference) async throws -> Response {
    let form = try context.postedForm()
    let kind = try StaffRequestForm.kind(of: form)
    if form.has("insert") { return try await insert(form, kind, context, reference) }
    do {
      try await StaffRequestForm(form: form, kind: kind, reference: reference, context: context).apply()
      return .redirect(to: Paths.staffRequest(reference) + "?" + Query([("done", kind.rawValue)]).encoded)
    } catch let problem as Problem where problem.code.status.code == 422 || problem.code == .versionMismatch {
      if !form.files.isEmpty { context.application.quarantine.discard(form.files) }
      let view = try await context.application.readStaffRequest(reference, as: context.actor)
      return StaffRequestLayout(context: context, view: view, entered: (kind, form, problem)).page.response(context)
    }
  }
}

extension StaffRequestPage {
  /// A template's text for a composer, for who has no script: the page again, with the text in the field.
  private static func insert(
    _ form: PageForm, _ kind: StaffRequestForm.Kind, _ context: Context, _ reference: Reference
  ) async throws -> Response {
    let view = try await context.application.readStaffRequest(reference, as: context.actor)
    let name = kind.rawValue + "_body"
    let chosen = form["template"].flatMap { Int(digits: $0) }
    let text = view.templates.first { $0.id == chosen }.map { view.filled($0.body) }
    let body = [form[name], text].compactMap(\.self).joined(separator: "\n\n")
    let filled = PageForm([("action", kind.rawValue), ("template", form["template"] ?? ""), (name, body)])
    return StaffRequestLayout(context: context, view: view, entered: (kind, filled, nil)).page.response(context)
  }
}

/// The page put together: the parts stand in files of their own.
struct StaffRequestLayout {
  let context: Context
  let view: StaffRequestView
  /// What has just been done.
  var done: StaffRequestForm.Kind?
  /// What is shown in a form again: with the problem where it was refused.
  var entered: (kind: StaffRequestForm.Kind, form: PageForm, problem: Problem?)?

  var t: Translator { context.t }
  var request: ServiceRequest { view.request }
  var now: Date { Date.now }

  func may(_ permission: Permission) -> Bool { context.actor.may(permission, on: request.facts) }

  var page: Page {
    Page(
      title: "\(request.reference) \(request.title)", status: entered?.problem?.code.status ?? .ok, width: .wide,
      styles: ["map", "staff-request"], scripts: ["staff-request"], messages: Self.messages + MapConfiguration.messages,
      isPrivate: true,
      main: """
        \(summaryOfErrors)\(notice)\(head)\(forwarding)
        <div class="desk">
        <div class="desk-report">
        \(report)\(files)</div>
        <aside class="desk-side" aria-label="\(t("State of the request"))">
        \(work)\(reporter)\(answers)\(duplicates)\(alike)\(neighbours)\(mergeForm)</aside>
        <div class="desk-talk">
        \(composers)\(timeline)</div>
        </div>
        \(shortcuts)
        """)
  }

  /// The English of what `Client/pages/staff-request.ts` and its parts say.
  static let messages = [
    "Undo", "Close", "That did not work. Please try again.", "No connection. What you wrote is kept here.",
    "Photo {number} of {count}", "Previous photo", "Next photo", "Draft kept on this device",
    "{count} colleagues found", "No colleague found", "Sending…", "Place of the request", "Colleagues",
    "A file has been checked.",
    "{name} has this open", "{name} and {count} more have this open", "This request has just been changed.",
    "Show what is new", "Live", "Reconnecting…",
  ]

  /// Shown by the script, which gives the keys their meaning.
  private var shortcuts: HTML? {
    if !may(.commentInternally) { return nil }
    return """
      <p class="keys" id="keys" hidden><button type="button" class="link" id="show-keys">\(t("Keyboard shortcuts"))</button></p>
      <dialog id="keys-dialog" aria-labelledby="keys-title">
      <h2 id="keys-title">\(t("Keyboard shortcuts"))</h2>
      <dl class="facts">
      <dt><kbd>c</kbd></dt><dd>\(t("Write an internal comment"))</dd>
      <dt><kbd>s</kbd></dt><dd>\(t("Change status"))</dd>
      <dt><kbd>a</kbd></dt><dd>\(t("Assign"))</dd>
      <dt><kbd>Ctrl</kbd> <kbd>Enter</kbd></dt><dd>\(t("Send what is being written"))</dd>
      <dt><kbd>Esc</kbd></dt><dd>\(t("Close the form"))</dd>
      <dt><kbd>?</kbd></dt><dd>\(t("Show this list"))</dd>
      </dl>
      <div class="choice"><input type="checkbox" id="keys-on" checked> <label for="keys-on">\(t("Single-key shortcuts"))\
      </label></div>
      <button type="button" id="keys-close">\(t("Close"))</button>
      </dialog>
      """
  }

  private var notice: HTML? {
    if entered?.problem?.code == .versionMismatch {
      return """
        <div class="notice warn" role="alert" id="conflict">
        <h2 class="notice-title">\(t("Somebody else changed this"))</h2>
        <p>\(t("Here is how it stands now. What you entered is still in the form: check it and send it again."))</p>
        \(changedMeanwhile)\
        </div>

        """
    }
    return done.map { done in
      """
      <div class="notice good done" role="status" id="done">
      <p>\(done.sentence(t))</p>
      \(undoForm(done))      </div>

      """
    }
  }

  /// Offered as long as the server would take it: what a colleague changed since is not the reader's to take back.
  private func undoForm(_ done: StaffRequestForm.Kind) -> HTML? {
    let isChange = ![.internal, .public, .private, .upload, .undo, .merge, .unmerge].contains(done)
    return isChange && view.undoable ? form(.undo, button: t("Undo"), style: "small quiet", .empty) : nil
  }

  private var head: HTML {
    let isHidden = request.visibility != "public"
    return """
      <nav class="trail" aria-label="\(t("Where you are"))"><a href="\(Paths.triage())">\(t("Triage"))</a> \
      <span aria-hidden="true">›</span> <span class="code">\(request.reference.description)</span>
      <a class="to-mentions" href="\(Paths.mentionsPage())">\(t("Mentions of you"))</a></nav>
      <header class="desk-head">
      <h1>\(request.title)</h1>
      <p class="cluster"><span class="code reference" id="reference">\(request.reference.description)</span> \
      \(request.facts.status.badge(t)) \(request.priority.badge(t))\
      \(isOverdue ? " <span class=\"badge overdue\">\(t("Overdue"))</span>" as HTML : nil)\
      \(isHidden ? " <span class=\"badge plain hidden\">\(Icon.lock.html) \(visibilityTitle(request.visibility))</span>"
        as HTML : nil)</p>
      <div id="presence" data-reference="\(request.reference.description)" \
      data-presence="\(request.reference.description)" role="status" hidden></div>
      <ul class="jumps">
      <li><a href="#work">\(t("State"))</a></li>
      \(may(.commentInternally) ? "<li><a href=\"#talk\">\(t("Write"))</a></li>" as HTML : nil)
      <li><a href="#timeline">\(t("What happened"))</a></li>
      </ul>
      </header>

      """
  }

  var isOverdue: Bool { request.isOverdue(at: now) }

  func visibilityTitle(_ word: String) -> String { Self.visibilityTitle(word, t) }

  static func visibilityTitle(_ word: String, _ t: Translator) -> String {
    switch word {
    case "public": t("Public")
    case "private": t("Only reporter and staff see it")
    case "hidden": t("Hidden until staff publish it")
    default: word
    }
  }

  /// A time, in words for who reads and exact for who asks.
  func time(_ date: Date) -> HTML {
    "<time datetime=\"\(RFC3339.format(date))\" title=\"\(t.dateAndTime(date))\">\(t.relative(date, to: now))</time>"
  }
}
