import HTTPServer
import JSON

extension Operation {
  static let audit = [
    Operation(
      .get, Paths.audit, "listAudit", .administration, "The audit log, newest first",
      note: """
        Sign-ins and wrong passwords, sign-outs, data taken out, changes of what the township offers and of its people. \
        It holds no passwords and no network addresses. Changes of requests stand in each request's history.
        """,
      parameters: [
        .query("who", .matching("^(none|0|[1-9][0-9]{0,17})$"), "The number of who did it; none for nobody signed in."),
        .query("kind", .words(AuditEvent.Kind.self), "What happened."),
        .query(
          "subject", Schemas.line(AuditFilter.longestSubject),
          "What it is about, e.g. `person 12`, or its first word, e.g. `category`."),
        .query("from", Schemas.day, "The first day, in the township's time zone."),
        .query("to", Schemas.day, "The last day, included."), .limit, .cursor,
      ], answer: .json(.page(of: .named("AuditEvent")), "Rows of the log.")),
    Operation(
      .get, Paths.auditState, "readAuditState", .administration, "When the audit log was sealed and verified",
      answer: .json(.named("AuditState"), "The last seal and the last verification.")),
  ]
}

extension Schemas {
  static let audit: [(name: String, schema: Schema)] = [
    (
      "AuditEvent",
      .object([
        .required("id", .integer(1...)), .required("at", .time),
        .required("kind", Schema.text.noted("One of those of the parameter; a later version may know more.")),
        .required("subject", .text),
        .required("subject_name", Schema.text.orNull.noted("Of the person or request it is about, as of today.")),
        .required("actor", Schema.named("PersonName").orNull),
        .required("before", Schema.object([]).orNull.noted("The fields that changed, as they were.")),
        .required("after", Schema.object([]).orNull.noted("The same fields as they became.")),
        .required("note", Schema.text.orNull),
        .required("erased", Schema.boolean.noted("Whether its contents were taken away for privacy.")),
      ])
    ),
    (
      "AuditState",
      .object([
        .required(
          "seal",
          Schema.object([
            .required("number", .integer(1...)), .required("at", .time), .required("hash", .matching("^[0-9a-f]{64}$")),
          ]).orNull),
        .required("waiting_since", Schema.time.orNull.noted("Since when something waits for the next seal.")),
        .required(
          "verification",
          Schema.object([
            .required("at", .time), .required("rows", .integer(0...)), .required("damages", .integer(0...)),
          ]).orNull),
      ])
    ),
  ]
}
