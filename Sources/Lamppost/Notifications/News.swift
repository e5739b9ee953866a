import Civic
import FoundationEssentials
import Localization
import PostgreSQL

/// One event as one person is told of it.
struct News: Sendable {
  let isReporter: Bool
  let isGuest: Bool
  /// An address that somebody typed in, whose owner has not answered a mail.
  let isUnasked: Bool
  let language: String
  let token: FollowToken
  let address: String
  let requestID: Int
  let reference: Reference
  let title: String
  let category: String
  let requestVisibility: String
  let kind: RequestEvent.Kind?
  let visibility: Visibility
  let after: Status?
  let note: String?
  /// Of the comment that it tells of.
  let body: String?
  let expectedBy: Date?

  static let columns: SQL =
    """
    f.is_reporter, f.person_id IS NULL, f.language, f.token, coalesce(p.email, f.email), r.id, r.reference, r.title,
    c.name, r.visibility, e.kind, e.visibility, e.after, e.note, m.body, r.expected_by,
    f.unasked
    """

  init(_ row: Row) throws {
    isReporter = try row.get(0)
    isGuest = try row.get(1)
    language = try row.get(2)
    token = FollowToken(bytes: try row.get(3))
    address = try row.get(4)
    requestID = try row.get(5)
    guard let reference = Reference(stored: try row.get(6)) else { throw UnknownWord(column: "requests.reference") }
    self.reference = reference
    title = try row.get(7)
    category = try row.get(8)
    requestVisibility = try row.get(9)
    kind = RequestEvent.Kind(rawValue: try row.get(10))
    visibility = try row.word(11)
    after = try row.get(12, as: String?.self).flatMap(Status.init(rawValue:))
    note = try row.get(13)
    body = try row.get(14)
    expectedBy = try row.get(15)
    isUnasked = try row.get(16)
  }

  var audience: Audience { Audience.of(kind, visibility) }

  func letter(_ t: Translator, link: String, stop: String, id: String) -> Letter {
    let reference = reference.description
    return Letter(
      subject: "\(reference): \(heading(t))",
      paragraphs: [
        // The address of a reporter or an account is whatever was typed into a form: no mail to it carries words that its
        // owner may never have written or asked for. Guests who follow have answered a mail first.
        isGuest && !isReporter && !isUnasked ? "\(title) (\(category))" : category,
        t("Reference: {reference}", ["reference": reference]),
        heading(t), sentence(t), words,
        isGuest && isReporter
          ? t("Your own link to the report. Whoever has it can read and answer for you, so do not pass it on:")
          : t("Read the report here:"),
        link,
        "--\n" + reason(t) + "\n" + t("No more mails about this report: {link}", ["link": stop]),
      ], id: id, unsubscribe: stop)
  }

  private func heading(_ t: Translator) -> String {
    switch kind {
    case .created: t("We have received your report")
    case .comment: t("Update from staff")
    case .message: t("Staff have written to you")
    case .confirmation:
      after == .closed ? t("The reporter says: it is mended") : t("The reporter says: it is not mended yet")
    default: after?.plainEvent(t) ?? t("There is news about this report.")
    }
  }

  private func sentence(_ t: Translator) -> String? {
    switch kind {
    case .created:
      expectedBy.map { t("We aim to mend this by {date}.", ["date": t.weekdayAndDate($0)]) }
        ?? t("Staff will look at it next.")
    case .comment, .message: nil
    default: after?.plainSentence(t)
    }
  }

  /// What staff said with it. A citizen's own words reach nobody by mail.
  private var words: String? {
    switch kind {
    case .comment, .message: body
    case .status: note
    default: nil
    }
  }

  private func reason(_ t: Translator) -> String {
    isReporter
      ? t("You get this mail because you reported this problem.")
      : t("You get this mail because you follow this report.")
  }
}
