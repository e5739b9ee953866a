import HTML
import HTTPServer
import Localization
import QRCode

/// What somebody is told who has just sent a report: its number, when it is done, and the link to keep.
struct SentNotice {
  let parts: RequestParts
  let origin: String

  private var t: Translator { parts.t }

  var html: HTML {
    """
    <section class="notice good sent" id="sent" aria-labelledby="sent-title">
    <h2 id="sent-title">\(t("Thank you. Your report has arrived."))</h2>
    <p>\(t("Its reference is"))<br><strong class="reference">\(parts.request.reference.description)</strong></p>
    \(parts.view.expectation(t, now: parts.now).map { "<p>\($0)</p>\n" as HTML })\(link)\
    </section>

    """
  }

  /// Only who has no account needs it.
  private var link: HTML? {
    guard case .code = parts.reader.address else { return nil }
    let address = origin + parts.reader.page
    return """
      <div class="keep">
      <div>
      <h3>\(t("Keep this link"))</h3>
      <p>\(t("It is the only way to follow your report, answer questions and correct it. Whoever has it can do the same: do not share it."))</p>
      <p><a class="code tracking-link" id="tracking-link" href="\(parts.reader.page)">\(address)</a></p>
      <p class="cluster" id="keep" hidden><button type="button" class="quiet" id="copy-link">\(t("Copy link"))</button> \
      <button type="button" class="quiet" id="print-page">\(t("Print"))</button></p>
      </div>
      \(code(of: address))
      </div>

      """
  }

  /// For a telephone's camera, on the screen or on paper.
  private func code(of address: String) -> HTML? {
    QRCode(address).map { $0.picture(label: t("QR code of this link")) }
  }
}
