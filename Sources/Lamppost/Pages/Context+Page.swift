import Credentials
import FoundationEssentials
import HTML
import HTTPServer
import Localization

/// What a page asks of a call.
extension Context {
  /// Says messages in the reader's language, statuses in the township's words, dates in its time zone.
  var t: Translator {
    Translator(
      language, application.assets.catalogues[language], timeZone: actor.tenant.timeZone,
      own: actor.tenant.workflowSettings.own(in: language))
  }

  /// What a form of somebody signed in must carry.
  var csrfToken: String? { session.map { application.sessions.csrfToken(for: $0) } }

  /// The hidden field that every form that posts must hold.
  var hiddenToken: HTML? {
    csrfToken.map { "<input type=\"hidden\" name=\"\(PageForm.tokenField)\" value=\"\($0)\">" }
  }

  /// The form that was posted.
  /// - Throws: `malformed_request` for a call without one.
  func postedForm() throws(Problem) -> PageForm {
    guard let form else { throw Problem(.malformedRequest, "A form was expected.") }
    return form
  }
}

extension Response {
  /// After a form was posted: the browser fetches the page at `path`, so that reloading does not post again.
  static func redirect(to path: String) -> Response {
    var response = Response(.seeOther)
    response.headers["Location"] = path
    return response
  }
}

extension String {
  /// The path where a reader wanted to go, unless it leads off this site.
  /// - Returns: nil for anything but a path of ours: `//evil`, `/\evil`, a scheme.
  var asLocalPath: String? {
    let bytes = Array(utf8.prefix(2))
    guard bytes.first == UInt8(ascii: "/"),
      bytes.dropFirst().allSatisfy({ $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "\\") }),
      utf8.count <= 2000, utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") })
    else { return nil }
    return self
  }
}
