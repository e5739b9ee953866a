import HTTPServer

extension Operation {
  static let live = [
    Operation(
      .get, Paths.stream, "stream", .working, "What happens, as it happens (server-sent events)",
      note: """
        Of what the caller may see: `request.created`, `request.changed`, `comment.added`, `attachment.changed`, and \
        `presence` for staff. An event tells where to look, and may come twice. `hello` says where the stream stands, \
        `alive` comes every 20 seconds, and after `reset` there was too much to tell: read the lists anew.
        """,
      parameters: [.lastEventID, .lastEventIDHeader], answer: .text("text/event-stream", "Events without end."),
      problems: [.rateLimited]),
    Operation(
      .get, Paths.trackStream, "streamTracked", .reporting, "What happens to the report of a tracking code",
      parameters: [.lastEventID, .lastEventIDHeader], answer: .text("text/event-stream", "Events without end."),
      problems: [.rateLimited]),
    Operation(
      .post, Paths.presence, "enterRequest", .working, "Say that the caller has a request open",
      note: "Holds for \(Presence.lifetime) seconds; say it again while it is open.",
      answer: .json(.named("Presence"), "Who else has it open."), problems: [.gone]),
    Operation(
      .delete, Paths.presence, "leaveRequest", .working, "Say that the caller has closed a request",
      answer: .json(.named("Presence"), "Who else has it open."), problems: [.gone]),
  ]
}
