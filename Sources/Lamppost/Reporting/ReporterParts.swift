import Civic
import FoundationEssentials
import HTML
import HTTPServer
import Localization

/// The parts of a request's page that only its reporter sees: what was said in private, and what they can do.
struct ReporterParts {
  let parts: RequestParts
  /// What was entered and refused.
  var form: PageForm?
  var problem: Problem?

  private var t: Translator { parts.t }
  private var view: RequestView { parts.view }
  private var request: ServiceRequest { parts.request }
  private var fields: FormFields { FormFields(t, form, problem: problem) }
  private var isWaitingForAnswer: Bool { request.facts.status == .onHold }

  var summary: HTML? {
    fields.summary { name in
      switch name {
      case "body": isWaitingForAnswer ? t("Your answer") : t("Your message")
      case "file": t("Photo or document")
      case "note": t("What is still wrong?")
      default: nil
      }
    }
  }

  /// What is asked of the reporter: before everything else.
  var asked: HTML {
    "<div id=\"asked\" data-live=\"\(t("Staff ask something of you."))\">\(question)\(confirmation)</div>\n"
  }

  private var question: HTML? {
    guard isWaitingForAnswer else { return nil }
    return """
      <section class="notice warn" id="question" aria-labelledby="question-title">
      <h2 id="question-title">\(t("This is waiting"))</h2>
      \(view.statusNote.map { "<p class=\"prose\">\($0)</p>\n" as HTML })\
      <p>\(t("Can you help? Your answer goes to staff alone."))</p>
      \(composer(t("Your answer"), button: t("Send answer")))\
      </section>

      """
  }

  /// Whether what staff call done is done.
  private var confirmation: HTML? {
    guard request.facts.status == .completed else { return nil }
    return """
      <section class="card" id="confirmation" aria-labelledby="confirmation-title">
      <h2 id="confirmation-title">\(t("Is it mended?"))</h2>
      \(view.statusNote.map { "<p class=\"prose\">\(t("Staff say:")) \($0)</p>\n" as HTML })\
      <form method="post" action="\(parts.reader.page)" novalidate>\(hidden)
      <input type="hidden" name="action" value="confirm">
      \(fields.textArea("note", t("What is still wrong?"), .init(
          hint: t("Only needed if it is not mended. Only staff read it."),
          maximumLength: ConfirmResolution.longestNote, rows: 2, isOptional: true, isSpellchecked: true)))\
      <div class="cluster"><button name="resolved" value="true">\(t("Yes, it is mended"))</button>
      <button class="quiet" name="resolved" value="false">\(t("No, it is not"))</button></div>
      </form>
      </section>

      """
  }

  /// The private thread with staff.
  var thread: HTML {
    let lines = view.entries.filter { $0.isPrivate && $0.kind == nil }
    return """
      <section id="thread" class="thread" aria-labelledby="thread-title">
      <h2 id="thread-title">\(t("Messages between you and staff"))</h2>
      <p class="hint">\(t("Only you and staff of {township} can read these.", ["township": parts.context.actor.tenant.name]))</p>
      <div id="messages-list" data-live="\(t("There is a new message."))">
      \(lines.isEmpty ? "<p class=\"muted\">\(t("No messages yet."))</p>\n" as HTML : "<ol class=\"lines\">\n\(lines.map(line))</ol>\n")\
      </div>
      \(isWaitingForAnswer ? nil : composer(t("Your message"), button: t("Send message")))\
      </section>

      """
  }

  /// One more file, under the rules of the first ones.
  var attaching: HTML {
    let isWrong = fields.error("file") != nil
    let rules = t(
      "JPEG, PNG, WebP, HEIC, AVIF or PDF. Photos are shown like the report itself, documents only to staff.")
    return """
      <details class="attach" id="attach"\(isWrong ? " open" as HTML : nil)>
      <summary>\(t("Add a photo or document"))</summary>
      <form method="post" action="\(parts.reader.page)" enctype="multipart/form-data" novalidate>\
      \(parts.context.hiddenToken)<input type="hidden" name="action" value="attach">
      \(fields.file("file", t("Photo or document"), accept: "image/*,application/pdf", .init(hint: rules)))\
      <button class="quiet">\(t("Send file"))</button>
      </form>
      </details>

      """
  }

  private func line(_ entry: ViewedEntry) -> HTML {
    """
    <li class="\(entry.isFromStaff ? "staff" : "own")"><p class="who"><strong>\
    \(entry.isFromStaff ? parts.context.actor.tenant.name : t("You"))</strong> \(parts.time(entry.at))</p>
    <p class="prose">\(entry.text)</p></li>

    """
  }

  private func composer(_ label: String, button: String) -> HTML {
    """
    <form method="post" action="\(parts.reader.page)#thread" novalidate>\(parts.context.hiddenToken)
    <input type="hidden" name="action" value="message">
    \(fields.textArea("body", label, .init(maximumLength: 10_000, rows: 3, isSpellchecked: true)))\
    <button>\(button)</button>
    </form>

    """
  }

  /// Correcting and withdrawing, while there is time.
  var changes: HTML? {
    guard view.canBeEdited(at: parts.now) else { return nil }
    let end = request.createdAt.addingTimeInterval(EditRequest.window)
    return """
      <section id="changes" class="card" aria-labelledby="changes-title">
      <h2 id="changes-title">\(t("Something wrong with it?"))</h2>
      <p>\(t("You can correct or withdraw this report until {time}.", ["time": t.timeOfDay(end)]))</p>
      <p class="cluster"><a class="button quiet" href="\(parts.reader.edit)">\(t("Correct"))</a> \
      <a class="button danger" href="\(parts.reader.withdrawal)">\(t("Withdraw"))</a></p>
      </section>

      """
  }

  /// The version that was seen, so that nobody else's change is overwritten.
  private var hidden: HTML {
    "\(parts.context.hiddenToken)<input type=\"hidden\" name=\"version\" value=\"\(request.facts.version)\">"
  }
}
