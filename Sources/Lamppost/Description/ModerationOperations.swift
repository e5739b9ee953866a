import Civic
import HTTPServer
import Intake

extension Operation {
  static let moderation = [
    Operation(
      .post, Paths.checkReport, "checkReport", .reporting, "Point out what tells who somebody is",
      note: """
        Telephone numbers, addresses of mail and what looks like number plates in a report's words, for whoever writes \
        it. A hint before publishing: no report is refused for it.
        """,
      body: .json("ReportWords"), answer: .json(.named("ReportCheck"), "What was found, in the order of the text.")),
    Operation(
      .post, Paths.abuse, "reportAbuse", .reporting, "Point out a public request, update or photo to the moderators",
      note: "Needs no account. With neither `comment` nor `attachment` it is about the request itself.",
      body: .json("NewAbuse"), answer: .json(.accepted, .named("AbuseReceipt"), "Staff will look at it."),
      problems: [.gone, .unknownOption, .invalidFormat, .rateLimited, .conflict]),
    Operation(
      .get, Paths.moderation, "listAbuse", .working, "What was pointed out",
      note: "What waits for a decision oldest first, or what was decided newest first.",
      parameters: [
        .query("decided", .boolean, "Whether to list what was decided, in place of what waits."), .limit, .cursor,
      ],
      answer: .json(.page(of: .named("AbuseItem")), "The things with what they are about.")),
    Operation(
      .post, Paths.decision, "decideAbuse", .working, "Decide about something that was pointed out",
      note: """
        The decision stands for everything that was said of the same thing. `hide` and `remove` need a `note`; `remove` \
        is for good, and for those who may destroy.
        """,
      body: .json("NewDecision"), answer: .json(.named("AbuseDecided"), "It is decided."),
      problems: [.gone, .conflict, .unknownOption, .transitionNotAllowed]),
    Operation(
      .post, Paths.moderate, "moderate", .working, "Hide a request, comment or photo, or show it again",
      note: """
        `unhide` puts back what was: a request that was private is private again. `remove` is for good: the request \
        answers 410, a comment's words and a file's bytes are destroyed.
        """,
      body: .json("NewModeration"), answer: .json(.named("Moderated"), "It is done."),
      problems: [.gone, .conflict, .unknownOption, .invalidFormat, .transitionNotAllowed]),
  ]

  static let redaction = [
    Operation(
      .get, Paths.retention, "listDueRequests", .administration, "What retention would do now",
      note: "A dry run: closed requests whose category's time has come, by category. Nothing is changed.",
      answer: .json(.page(of: .named("DueRequests")), "The categories that have a time.")),
    Operation(
      .post, Paths.retention, "applyRetention", .administration, "Make anonymous and delete what is due",
      note: "It happens by itself every hour. A deleted request answers 410, its history stays whole without contents.",
      answer: .json(.accepted, .named("AbuseReceipt"), "A job does it.")),
    Operation(
      .post, Paths.dataRequests, "answerDataRequest", .administration, "Hand over or delete what is kept of somebody",
      note: """
        By their address of mail, or by the tracking code of a report, of the whole township: whoever is limited to areas \
        or categories is refused. Of a member of staff nothing is deleted. The audit log says who asked, not of whom.
        """,
      body: .json("NewDataRequest"),
      answer: .json(
        Schema(.oneOf([.named("DataExport"), .named("DataDeleted")])),
        "For `export` everything that is kept; for `delete` how much was deleted."),
      problems: [.unknownOption, .invalidFormat, .conflict]),
    Operation(
      .post, Paths.redaction, "redactWords", .working, "Blacken words in everything that is said of a request",
      note: """
        Title, description, address, answers, comments and history. The originals are sealed for those who may destroy, \
        or destroyed by them.
        """,
      body: .json("NewWordRedaction"), answer: .request("The request as it is now."),
      problems: [.gone, .conflict, .unknownOption, .tooMany]),
    Operation(
      .post, Paths.photoRedaction, "redactPhoto", .working, "Paint parts of an image black",
      note: """
        The image is made anew under a new id, in the sandbox that made the first one; the old one is sealed or \
        destroyed at once.
        """,
      body: .json("NewPhotoRedaction"),
      answer: .json(.accepted, .named("Attachment"), "The new image, which waits for its scan."),
      problems: [.gone, .conflict, .unknownOption, .outOfRange, .tooMany, .notScanned, .infected, .failed]),
    Operation(
      .get, Paths.sealed, "readSealed", .working, "What was blackened of a request and kept",
      answer: .json(.named("SealedOriginals"), "The originals."), problems: [.gone, .conflict]),
    Operation(
      .delete, Paths.sealed, "destroySealed", .working, "Destroy what was kept",
      answer: Answer(status: .noContent, note: "They are destroyed.", contents: []), problems: [.gone, .conflict]),
  ]
}

extension Schemas {
  static let moderationInputs: [(name: String, schema: Schema)] = [
    (
      "NewDataRequest",
      .input([
        .required("subject", line(254).noted("An email address or a tracking code.")),
        .required("action", .words(DataRequests.Action.self)),
      ])
    ),
    (
      "NewWordRedaction",
      .input(
        fate + [
          .required("words", Schema(.array(of: line(200)), [("minItems", .integer(1)), ("maxItems", .integer(20))]))
        ])
    ),
    (
      "NewPhotoRedaction",
      .input(
        fate + [
          .required(
            "regions",
            Schema(
              .array(
                of: .input([
                  .required("x", .integer(0...(Region.edge - 1))), .required("y", .integer(0...(Region.edge - 1))),
                  .required("width", .integer(1...Region.edge)), .required("height", .integer(1...Region.edge)),
                ])), [("minItems", .integer(1)), ("maxItems", .integer(Region.limit))]))
        ])
    ),
    ("ReportWords", .input([.optional("title", optionalText(200)), .optional("description", optionalText(10_000))])),
    (
      "NewAbuse",
      .input(
        thing + [.required("reason", .words(AbuseReason.self)), .optional("text", optionalText(1000))])
    ),
    (
      "NewDecision",
      .input([.required("decision", .words(AbuseDecision.self)), .optional("note", optionalText(1000))])
    ),
    (
      "NewModeration",
      .input(thing + [.required("action", .words(ModerationAction.self)), .required("reason", line(1000))])
    ),
  ]

  static let moderationOutputs: [(name: String, schema: Schema)] = [
    (
      "DueRequests",
      .object([
        .required("category", .text), .required("name", .text),
        .required("anonymize_after_days", Schema.integer(1...).orNull),
        .required("delete_after_days", Schema.integer(1...).orNull), .required("anonymizing", .integer(0...)),
        .required("deleting", .integer(0...)), .required("references", .list(of: reference)),
      ])
    ),
    (
      "DataExport",
      .object([
        .required("exported_at", .text), .required("accounts", .list(of: .object([]))),
        .required("reports", .list(of: .object([]))), .required("comments", .list(of: .object([]))),
        .required("supports", .list(of: .object([]))), .required("follows", .list(of: .object([]))),
        .required("invitations", .list(of: .object([]))), .required("address_changes", .list(of: .object([]))),
      ])
    ),
    (
      "DataDeleted",
      .object([
        .required("accounts", .integer(0...)), .required("reports", .integer(0...)),
        .required("follows", .integer(0...)), .required("invitations", .integer(0...)),
        .required("address_changes", .integer(0...)),
      ])
    ),
    (
      "SealedOriginals",
      .object([
        .required(
          "texts",
          .list(
            of: .object([
              .required(
                "field",
                Schema.text.noted(
                  "title, description, address, answer and its key, or comment or history and its number.")),
              .required("original", .text), .required("sealed_at", .time),
            ]))),
        .required("attachments", .list(of: uuid)),
      ])
    ),
    ("AbuseItem", .object(abuseItem)),
    ("AbuseReceipt", .object([.required("received", .boolean)])),
    (
      "AbuseDecided", .object([.required("id", uuid), .required("decision", .words(AbuseDecision.self))])
    ),
    (
      "Moderated", .object([.required("reference", reference), .required("action", .words(ModerationAction.self))])
    ),
    (
      "ReportCheck",
      .object([
        .required(
          "warnings",
          .list(
            of: .object([
              .required("field", .words(["title", "description"])), .required("kind", .words(PersonalDetail.Kind.self)),
              .required("text", Schema.text.noted("As it stands in the field.")),
            ])))
      ])
    ),
  ]

  private static let fate: [Schema.Field] = [
    .required("original", Schema.words(OriginalFate.self).noted("Destroying is for those who may.")),
    .required("reason", line(1000)),
  ]

  private static let thing: [Schema.Field] = [
    .optional("comment", Schema.integer(1...).orNull), .optional("attachment", uuid.orNull),
  ]

  static let abuseItem: [Schema.Field] = [
    .required("id", uuid), .required("reference", reference), .required("title", .text),
    .required("comment", Schema.integer(1...).orNull.noted("The comment that it is about.")),
    .required("attachment", uuid.orNull.noted("The file that it is about.")),
    .required("excerpt", Schema.text.noted("Of the comment, or of the description.")), .required("hidden", .boolean),
    .required("reason", .words(AbuseReason.self)), .required("text", Schema.text.orNull),
    .required("created_at", .time),
    .required("count", Schema.integer(1...).noted("How often the same thing was pointed out.")),
    .required("decision", Schema.words(["dismissed", "hidden", "removed"]).orNull),
    .required("decided_by", Schema.text.orNull), .required("decided_at", Schema.time.orNull),
    .required("note", Schema.text.orNull),
  ]
}
