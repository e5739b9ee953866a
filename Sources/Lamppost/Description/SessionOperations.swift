import HTTPServer

extension Operation {
  static let sessions = [
    Operation(
      .post, Paths.session, "signIn", .sessions, "Sign in with a browser",
      note: "Send the CSRF token as X-CSRF-Token with every call of this cookie that changes something.",
      body: .json("SignIn"),
      answer: .json(.ok, .named("Session"), "Signed in.", headers: [("Set-Cookie", "The session.")]),
      problems: [.invalidCredentials, .secondFactorRequired, .invalidCode, .rateLimited]),
    Operation(
      .delete, Paths.session, "signOut", .sessions, "Sign out",
      answer: Answer(
        status: .noContent, note: "Signed out.", contents: [], headers: [("Set-Cookie", "Takes the session away.")])),
    Operation(
      .post, Paths.token, "issueToken", .sessions, "Sign in with a program (OAuth2)",
      note: "A refresh token is good for one use; a second use ends all that came of that sign-in.",
      body: .form("TokenRequest"), answer: .json(.named("TokenPair"), "Tokens."),
      problems: [.invalidCredentials, .invalidGrant, .unsupportedGrantType, .rateLimited]),
    Operation(
      .post, Paths.tokenRevocation, "revokeToken", .sessions, "End what came of a refresh token (RFC 7009)",
      body: .form("Revocation"), answer: .json(.named("Empty"), "Also for a token that is not known."),
      problems: [.required]),
    Operation(
      .post, Paths.users, "register", .sessions, "Make an account", body: .json("NewPerson"),
      answer: .json(.created, .named("Person"), "The new citizen."),
      problems: [.invalidFormat, .tooShort, .commonPassword, .emailTaken, .rateLimited]),
    Operation(
      .get, Paths.me, "readMe", .sessions, "Who the caller is", answer: .json(.named("Me"), "The caller's account.")),
  ]

  static let account = [
    Operation(
      .patch, Paths.me, "changeMe", .sessions, "Change one's name, or the language one is written to in",
      body: .json("MyChange"),
      answer: .json(.named("Me"), "The caller's account."), problems: [.unknownOption]),
    Operation(
      .post, Paths.password, "changePassword", .sessions, "Change one's password",
      note: "Ends every other session and all tokens. The browser's own session goes on under a new cookie and token.",
      body: .json("PasswordChange"),
      answer: .json(.ok, .named("NewSession"), "Changed.", headers: [("Set-Cookie", "The session goes on.")]),
      problems: [.wrongPassword, .tooShort, .commonPassword, .rateLimited]),
    Operation(
      .get, Paths.mySessions, "listMySessions", .sessions, "Where one is signed in",
      note: "Browsers, newest first, then programs that hold a refresh token.",
      answer: .json(.page(of: .named("BrowserSession")), "The sessions.")),
    Operation(
      .delete, Paths.mySession, "endMySession", .sessions, "Sign another browser or program out",
      note: "A program's access token is good until it runs out, at most a quarter of an hour.",
      answer: Answer(status: .noContent, note: "Signed out.", contents: [])),
    Operation(
      .delete, Paths.mySessions, "endMyOtherSessions", .sessions, "Sign out everywhere else",
      note:
        "Ends every session and all tokens, that of this call included. A browser's own session goes on under a new "
        + "cookie and token.",
      answer: .json(.ok, .named("NewSession"), "Signed out.", headers: [("Set-Cookie", "The session goes on.")])),
    Operation(
      .get, Paths.export, "exportMe", .sessions, "Everything kept under one's account",
      answer: .json(.named("Export"), "Account, reports, comments, files and sessions.")),
    Operation(
      .delete, Paths.me, "deleteMe", .sessions, "Delete one's account",
      note: "Reports stay and become anonymous; names, addresses, sessions and tokens go.", body: .json("Deletion"),
      answer: Answer(
        status: .noContent, note: "Deleted.", contents: [], headers: [("Set-Cookie", "Takes the session away.")]),
      problems: [.wrongPassword, .lastAdministrator, .rateLimited]),
  ]

  static let recovery = [
    Operation(
      .post, Paths.passwordReset, "askForPasswordReset", .sessions, "Ask for a mail with a link to a new password",
      note: "The same is answered whether or not an account has this address.", body: .json("PasswordResetRequest"),
      answer: .json(.accepted, .named("Empty"), "Asked."),
      problems: [.invalidFormat, .mailUnavailable, .rateLimited]),
    Operation(
      .post, Paths.passwordResetConfirmation, "resetPassword", .sessions, "Set a new password by the link of a mail",
      note: "Ends every session and all tokens. A second factor stays.", body: .json("PasswordReset"),
      answer: .json(.named("Empty"), "Set."),
      problems: [.linkExpired, .tooShort, .commonPassword, .rateLimited]),
    Operation(
      .post, Paths.myAddress, "changeMyAddress", .sessions, "Ask for another email address",
      note: "The new address is sent a link, and is the account's once that was followed. The old one is told.",
      body: .json("AddressChange"), answer: .json(.accepted, .named("Empty"), "Asked."),
      problems: [.invalidFormat, .wrongPassword, .mailUnavailable, .rateLimited]),
    Operation(
      .post, Paths.addressConfirmation, "confirmMyAddress", .sessions, "Confirm an email address by the link of a mail",
      body: .json("LinkToken"), answer: .json(.named("Person"), "The account with its new address."),
      problems: [.linkExpired, .emailTaken]),
    Operation(
      .post, Paths.secondFactor, "setSecondFactor", .sessions, "Set a second factor up, in two calls",
      note: "With the password: 201 with a secret for an authenticator app. Then with a code of that app: 200 with ten "
        + "recovery codes, and signing in asks for a code from then on.",
      body: .json("SecondFactorChange"), answer: .json(.named("SecondFactor"), "On, or waiting for its first code."),
      problems: [.wrongPassword, .invalidCode, .conflict, .rateLimited]),
    Operation(
      .delete, Paths.secondFactor, "removeSecondFactor", .sessions, "Switch the second factor off",
      body: .json("Deletion"), answer: Answer(status: .noContent, note: "It is off.", contents: []),
      problems: [.wrongPassword, .rateLimited]),
    Operation(
      .post, Paths.recoveryCodes, "renewRecoveryCodes", .sessions, "New recovery codes in place of those there are",
      body: .json("Deletion"), answer: .json(.named("SecondFactor"), "The codes, shown once."),
      problems: [.wrongPassword, .rateLimited]),
  ]

  static let pages = [
    Operation(
      .get, Paths.description, "readDescription", .pages, "This description",
      answer: .json(.object([.required("openapi", .text)]), "OpenAPI 3.1.")),
    Operation(
      .get, Paths.api, "showDescription", .pages, "This description to read", answer: .text("text/html", "A page.")),
  ]

  static let monitoring = [
    Operation(
      .get, Paths.health, "readHealth", .monitoring, "Whether the process lives",
      answer: .json(.named("Health"), "It does.")),
    Operation(
      .get, Paths.readiness, "readReadiness", .monitoring, "Whether every part is ready",
      note: "503 with the same form where one is not.", answer: .json(.named("Readiness"), "All are.")),
    Operation(
      .get, Paths.metrics, "readMetrics", .monitoring, "Figures for Prometheus",
      answer: .text("text/plain", "Prometheus' text format.")),
  ]
}

extension RequestBody {
  fileprivate static func form(_ name: String) -> RequestBody {
    RequestBody(contents: [("application/x-www-form-urlencoded", .named(name))])
  }
}
