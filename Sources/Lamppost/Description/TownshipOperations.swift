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
        keeps the one by which this call came.
        """,
      body: .json("NewTownship"), answer: .json(.created, .named("Township"), "The township."),
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
  ]

  private static let townshipProblems: [Problem.Code] = [
    .invalidFormat, .unknownOption, .tooMany, .hostTaken,
  ]
}
