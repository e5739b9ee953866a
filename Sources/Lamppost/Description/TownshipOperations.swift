import HTTPServer

extension Operation {
  static let townships = [
    Operation(
      .get, Paths.tenants, "listTownships", .administration, "The townships of the installation",
      note: "By slug. For operators.",
      parameters: [
        .query("q", .text(0...200, pattern: "^[^\\u0000]*$"), "Looked for in slug, name and hosts."), .limit, .cursor,
      ],
      answer: .json(.page(of: .named("Township")), "Townships, each with what it holds."), problems: [.invalidCursor]),
    Operation(
      .post, Paths.tenants, "createTownship", .administration, "Make a township",
      note: """
        It is served under its hosts at once. Should the caller's own township have answered to every host until now, it \
        keeps the one by which this call came. Where an administrator is named, the answer holds the link of the invitation, \
        which is shown this once.
        """,
      body: .json("NewTownship"), answer: .json(.created, .named("MadeTownship"), "The township."),
      problems: townshipProblems + [.slugTaken]),
    Operation(
      .get, Paths.tenant, "readTownship", .administration, "A township",
      answer: .json(.named("Township"), "The township.")),
    Operation(
      .patch, Paths.tenant, "changeTownship", .administration, "Change a township, switch it off or on",
      note: """
        What is left out stays. A township that is switched off answers 503 to everybody, its staff cannot sign in, and \
        everything it holds is kept. One's own cannot be switched off.
        """,
      body: .json("TownshipChange"), answer: .json(.named("Township"), "The township as it is now."),
      problems: townshipProblems + [.ownTownship]),
    Operation(
      .post, Paths.tenantAdministrators, "inviteAdministrator", .administration, "Ask somebody to keep a township",
      note: """
        Its first administrator, or another one. The link leads to the township's own host; it is mailed, where mail is \
        sent, and shown in this answer alone. It is good once, for \(Invitation.days) days; asking the same address again \
        ends the older one.
        """,
      body: .json("NewAdministrator"),
      answer: .json(.created, .named("SentInvitation"), "The invitation and its link."),
      problems: [.invalidFormat, .emailTaken, .conflict]),
  ]

  private static let townshipProblems: [Problem.Code] = [
    .invalidFormat, .unknownOption, .tooMany, .hostTaken,
  ]
}
