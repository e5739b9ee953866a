import Civic
import JSON
import PostgreSQL

/// What can be pointed out and hidden: a request, or one of its comments or files.
enum ModeratedThing: Sendable, Equatable {
  case request
  case comment(Int)
  case attachment(AttachmentID)

  /// `comment` or `attachment`; without them it is the request itself.
  init(_ input: inout ObjectInput) {
    let comment = input.integer("comment")
    let file = input.text("attachment", maximum: 36)
    let id = file.flatMap(AttachmentID.init(pathComponent:))
    if file != nil && id == nil { input.refuse("attachment", .invalidFormat, "must be a file's id") }
    if comment != nil && file != nil { input.refuse("attachment", .invalidFormat, "must not come with a comment") }
    self = comment.map { .comment($0) } ?? id.map { .attachment($0) } ?? .request
  }

  var comment: Int? { if case .comment(let id) = self { id } else { nil } }
  var attachment: AttachmentID? { if case .attachment(let id) = self { id } else { nil } }

  /// The condition on `abuse_reports` that they are about it.
  /// - Parameter requestID: of the request that it belongs to.
  func condition(of requestID: Int) -> SQL {
    switch self {
    case .request: "request_id = \(requestID) AND comment_id IS NULL AND attachment_id IS NULL"
    case .comment(let id): "request_id = \(requestID) AND comment_id = \(id)"
    case .attachment(let id): "request_id = \(requestID) AND attachment_id = \(id.uuid)"
    }
  }

  /// As the history names it.
  var words: String {
    switch self {
    case .request: "request"
    case .comment(let id): "comment \(id)"
    case .attachment(let id): "attachment \(id.pathComponent)"
    }
  }
}

/// Why something is pointed out.
enum AbuseReason: String, CaseIterable, Sendable {
  /// It tells who somebody is.
  case personal
  case offensive, spam
  /// It is not true, or not what it says.
  case wrong
  case other
}

/// What staff do with something.
enum ModerationAction: String, CaseIterable, Sendable {
  case hide, unhide
  /// For good: a request answers 410, a comment's words and a file's bytes are destroyed.
  case remove
}

/// What staff decide about something that was pointed out.
enum AbuseDecision: String, CaseIterable, Sendable {
  case dismiss, hide, remove
}
