import Civic
import Credentials
import HTTPServer

extension Operation {
  static let invitations = [
    Operation(
      .get, Paths.invitations, "listInvitations", .administration, "Invitations that are not answered yet",
      parameters: [.cursor, .limit], answer: .json(.page(of: .named("Invitation")), "One page."),
      problems: [.invalidCursor]),
    Operation(
      .post, Paths.invitations, "invite", .administration, "Ask somebody to work here",
      note: """
        The link is mailed, where mail is sent, and shown in this answer alone. It is good once, for \(Invitation.days) \
        days; asking the same address again ends the older one.
        """,
      body: .json("NewInvitation"), answer: .json(.created, .named("SentInvitation"), "The invitation and its link."),
      problems: [
        .unknownOption, .invalidFormat, .tooMany, .emailTaken, .unknownDepartment, .unknownArea, .unknownCategory,
        .limitsNotAllowed,
      ]),
    Operation(
      .delete, Paths.invitation, "withdrawInvitation", .administration, "End an invitation and its link",
      answer: Answer(status: .noContent, note: "It is gone.", contents: [])),
    Operation(
      .post, Paths.invitationAcceptance, "acceptInvitation", .sessions, "Accept an invitation",
      note: """
        Makes an account with this password. Whoever has one with the invitation's address is signed in with it and sends no \
        password.
        """,
      body: .json("Acceptance"), answer: .json(.created, .named("Person"), "The new member of staff."),
      problems: [.tooShort, .rateLimited, .conflict]),
  ]
}

extension Schemas {
  static let invitationForms: [(name: String, schema: Schema)] = [
    (
      "NewInvitation",
      .input([
        .required("email", mailAddress), .required("name", line(200)),
        .required("role", .words(Role.allCases.filter(\.isStaff).map(\.rawValue))),
        .optional("department", optionalText(100).noted("By slug.")),
        .optional("areas", words("What they will be limited to, layer:slug.")),
        .optional("categories", words("What they will be limited to, by slug.")),
      ])
    ),
    (
      "Acceptance",
      .input([
        .required("token", line(100).noted("What the link ends with.")), .optional("name", line(200)),
        .optional(
          "password", .text(PasswordRule.shortest...PasswordHasher.longestPassword).noted("Of a new account.")
        ),
      ])
    ),
    ("Invitation", .object(invitation)),
    (
      "SentInvitation",
      .object(invitation + [.required("link", Schema.text.noted("To be opened once by who is invited."))])
    ),
  ]

  private static let invitation: [Schema.Field] = [
    .required("id", .integer(1...)), .required("email", .text), .required("name", .text),
    .required("role", .words(Role.self)), .required("department", Schema.text.orNull.noted("Its slug.")),
    .required("areas", .list(of: .text)), .required("categories", .list(of: .text)), .required("created_at", .time),
    .required("expires_at", .time),
  ]
}
