import FoundationEssentials

/// A mail of plain text to one person.
public struct MailMessage: Sendable {
  public let from: MailAddress
  /// Shown beside the sender's address.
  public let fromName: String
  public let to: MailAddress
  public let subject: String
  public let text: String
  /// What makes its Message-ID: the same for the same mail, so that one sent twice is shown once. Letters, digits,
  /// full stops and hyphens.
  public let id: String
  public let date: Date
  /// e.g. `fr`
  public let language: String?
  /// Where its reader can have no more of them: an http or https address.
  public let unsubscribe: String?

  public init(
    from: MailAddress, fromName: String, to: MailAddress, subject: String, text: String, id: String, date: Date,
    language: String? = nil, unsubscribe: String? = nil
  ) {
    self.from = from
    self.fromName = fromName
    self.to = to
    self.subject = subject
    self.text = text
    self.id = id
    self.date = date
    self.language = language
    self.unsubscribe = unsubscribe
  }

  /// As it goes over the wire (RFC 5322): lines of at most 78 bytes that end in CR LF.
  public var bytes: [UInt8] {
    var headers = [
      "Date: " + MailEncoding.date(date),
      "From: "
        + (fromName.isEmpty ? from.text : MailEncoding.phrase(fromName, after: 6, isName: true) + " <\(from.text)>"),
      "To: " + to.text,
      "Subject: " + MailEncoding.phrase(subject, after: 9, isName: false),
      "Message-ID: <" + id.filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "." || $0 == "-") }
        + "@\(from.domain)>",
      // Nobody's out-of-office shall answer (RFC 3834).
      "Auto-Submitted: auto-generated",
      "MIME-Version: 1.0",
      "Content-Type: text/plain; charset=utf-8",
      "Content-Transfer-Encoding: quoted-printable",
    ]
    if let language, language.allSatisfy({ $0.isASCII && ($0.isLetter || $0 == "-") }) {
      headers.append("Content-Language: " + language)
    }
    if let unsubscribe, MailEncoding.isPlainURL(unsubscribe) { headers.append("List-Unsubscribe: <\(unsubscribe)>") }
    return Array((headers.joined(separator: "\r\n") + "\r\n\r\n").utf8) + MailEncoding.quotedPrintable(text)
  }
}
