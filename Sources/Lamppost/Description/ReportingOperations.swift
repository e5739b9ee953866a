import Civic
import HTTPServer

extension Operation {
  static func reporting(_ uploads: UploadConfiguration) -> [Operation] {
    [
      Operation(
        .post, Paths.requests, "submitRequest", .reporting, "Report a problem",
        note: """
          Somebody without an account is given a tracking code: it opens the report and its private thread. Files are \
          scanned before anybody sees them.
          """,
        parameters: [.idempotencyKey],
        body: RequestBody(contents: [
          ("application/json", .named("NewRequest")),
          (
            "multipart/form-data",
            .input([.required("request", .named("NewRequest")), .optional("files", .files(uploads))])
          ),
        ]),
        answer: .json(
          .created, .named("Receipt"), "The request as its reporter sees it.",
          headers: [("Location", "The request's address.")]),
        problems: [
          .outOfRange, .unknownOption, .invalidFormat, .unknownCategory, .categoryStopped, .outsideArea,
          .contactNotAllowed, .forbidden,
          .idempotencyConflict, .conflict, .rateLimited, .malformedMultipart, .tooManyFiles, .noRoom,
        ]),
      Operation(
        .get, Paths.request, "readRequest", .reporting, "Read a request",
        answer: .request("The request as far as the caller may see it."), problems: [.gone]),
      Operation(
        .patch, Paths.request, "editRequest", .reporting, "Change a request",
        note: "Its reporter within 15 minutes; staff by role. A field that is left out stays as it is.",
        parameters: [.ifMatch], body: .json("RequestChange"), answer: .request("The request as it is now."),
        problems: [
          .forbidden, .gone, .versionMismatch, .outOfRange, .unknownOption, .unknownCategory, .categoryStopped,
          .outsideArea,
          .editWindowClosed, .conflict,
        ]),
      Operation(
        .post, Paths.withdrawal, "withdrawRequest", .reporting, "Take a request back",
        note: "Its reporter within 15 minutes; staff by role. A second time changes nothing.",
        parameters: [.ifMatch], answer: .request("The request as it is now."),
        problems: [.forbidden, .gone, .versionMismatch, .editWindowClosed, .conflict]),
      Operation(
        .get, Paths.history, "listHistory", .reporting, "What happened to a request, oldest first",
        note: "Public rows to the public, the reporter's own to the reporter, all to staff.",
        parameters: [.cursor, .limit],
        answer: .json(.page(of: .named("HistoryEntry")), "The rows that the caller may see."), problems: [.gone]),
      Operation(
        .post, Paths.similarToReport, "findSimilarToReport", .reporting, "Is it one of these?",
        note: "Open requests nearby that look like a report that is being written, best first, at most five.",
        body: .json("NewSample"), answer: .json(.page(of: .named("SimilarRequest")), "What looks the same."),
        problems: [.outOfRange]),
      Operation(
        .get, Paths.similar, "findSimilar", .reporting, "Open requests nearby that look like this one",
        answer: .json(.page(of: .named("SimilarRequest")), "What looks the same."), problems: [.gone]),
      Operation(
        .post, Paths.support, "supportRequest", .reporting, "Say that one has the same problem",
        note: "Counted once an account, or once a guest's token, which comes as a cookie too.",
        parameters: [.supporterToken], answer: .json(.named("Support"), "The number of supporters."),
        problems: [.gone, .rateLimited, .conflict]),
      Operation(
        .delete, Paths.support, "withdrawSupport", .reporting, "Take it back", parameters: [.supporterToken],
        answer: .json(.named("Support"), "The number of supporters."), problems: [.gone, .conflict]),
      Operation(
        .post, Paths.follow, "followRequest", .reporting, "Be told by mail what becomes of a request",
        note: """
          Who is signed in follows at once, at the account's address. A guest gives an address and follows once its \
          owner has confirmed by the link in a mail; the answer does not tell whether they follow already.
          """,
        body: .json("NewFollower"), answer: .json(.named("Following"), "What happens next."),
        problems: [.gone, .invalidFormat, .mailUnavailable, .rateLimited, .conflict]),
      Operation(
        .delete, Paths.follow, "unfollowRequest", .reporting, "Be told no more",
        note: "Guests use the link that stands in each mail.", answer: .json(.named("Following"), "It ended."),
        problems: [.gone, .conflict]),
      Operation(
        .get, Paths.track, "trackRequest", .reporting, "The reporter's view by tracking code",
        answer: .json(.named("TrackedRequest"), "The request with its history and private thread."),
        problems: [.gone]),
      Operation(
        .post, Paths.messages, "sendMessage", .reporting, "Write to staff by tracking code", body: .json("NewMessage"),
        answer: .json(.created, .named("Comment"), "The new line of the private thread."),
        problems: [.gone, .rateLimited, .conflict]),
    ]
  }
}

extension Schema {
  static let file = Schema(.text, [("format", .string("binary"))])

  fileprivate static func files(_ uploads: UploadConfiguration) -> Schema {
    Schema(.array(of: .file), [("maxItems", .integer(uploads.maximumFiles))])
      .noted("Each at most \(uploads.maximumFileBytes) bytes.")
  }
}
