import Civic
import HTTPServer

extension Operation {
  static let people = [
    Operation(
      .get, Paths.users, "listPeople", .administration, "People",
      note: """
        With `staff=true` colleagues as every member of staff may know of them. Without, everything that is kept of people: \
        for managers of staff, for administrators of everybody with an account.
        """,
      parameters: [
        .query("staff", .words(["true"]), "Colleagues by name."),
        .query(
          "q", Schemas.line(200), "Part of a name or an address; of colleagues what a word of the name begins with."),
        .query(
          "role", Schema(.array(of: .words(Role.self)), [("minItems", .integer(1)), ("maxItems", .integer(100))]),
          "Separated by commas. Not with `staff`."),
        .query("active", .boolean, "Whether they may come in. Not with `staff`."),
        .query("department", .text(1...100), "Its members, by its slug. Not with `staff`."), .cursor, .limit,
      ],
      answer: .json(.page(of: .named("KeptPerson")), "One page."), problems: [.invalidCursor]),
    Operation(
      .get, Paths.user, "readPerson", .administration, "Somebody who works here",
      note: "Administrators also read citizens.", answer: .versioned("KeptPerson", "The person.")),
    Operation(
      .patch, Paths.user, "changePerson", .administration, "Change somebody's role, departments, limits or access",
      note: """
        What is left out stays; a list replaces the one before. `active: false` ends every session and token at once. \
        Nobody changes their own role or access, and the last administrator keeps theirs. Operators are changed by \
        operators alone. Who registered by themselves is given a role of the staff once they have shown that their \
        address is theirs: by an invitation, or by a link that was mailed to them.
        """,
      parameters: [.ifMatch], body: .json("PersonChange"),
      answer: .versioned("KeptPerson", "The person as they are now."),
      problems: [
        .unknownOption, .tooMany, .ownAccount, .lastAdministrator, .unknownDepartment, .unknownArea, .unknownCategory,
        .limitsNotAllowed, .addressNotShown, .conflict, .versionMismatch,
      ]),
    Operation(
      .post, Paths.userPasswordReset, "makeResetLink", .administration,
      "Make a link by which somebody chooses a new password",
      note: """
        For whoever gets no mail. Shown in this answer alone, and good for an hour; older ones end, as does every session \
        and token. They are told by mail. Nobody makes one for themselves; operators' accounts are operators' to open.
        """, answer: .json(.created, .named("ResetLink"), "The link."), problems: [.ownAccount, .conflict]),
    Operation(
      .delete, Paths.userSecondFactor, "endSecondFactor", .administration, "End somebody's second factor",
      note: """
        For whoever has lost their telephone and their recovery codes. Every session and token ends, and they are told by \
        mail. 404 where they have none.
        """, answer: Answer(status: .noContent, note: "It is off.", contents: []), problems: [.ownAccount, .conflict]),
    Operation(
      .get, Paths.departments, "listDepartments", .administration, "The departments", parameters: [.cursor, .limit],
      answer: .json(.page(of: .named("Department")), "One page."), problems: [.invalidCursor]),
    Operation(
      .get, Paths.department, "readDepartment", .administration, "A department and its members",
      answer: .versioned("Department", "The department with `people`.")),
    Operation(
      .post, Paths.departments, "addDepartment", .administration, "Add a department",
      note: "Its slug is made of its name.",
      body: .json("NewDepartment"), answer: .json(.created, .named("Department"), "The new department."),
      problems: [.nameTaken]),
    Operation(
      .patch, Paths.department, "changeDepartment", .administration, "Change a department",
      note: """
        What is left out stays. One that is not active is offered no more; requests that it has stay until they are handed \
        over. None is deleted: the history refers to it.
        """,
      parameters: [.ifMatch], body: .json("DepartmentChange"),
      answer: .versioned("Department", "The department as it is now."), problems: [.versionMismatch]),
    Operation(
      .post, Paths.departmentMembers, "addMember", .administration, "Make somebody a member of a department",
      body: .json("NewMember"), answer: .json(.named("Department"), "The department with `people`."),
      problems: [.unknownPerson]),
    Operation(
      .delete, Paths.departmentMember, "removeMember", .administration, "Take somebody out of a department",
      answer: Answer(status: .noContent, note: "They are no member.", contents: []), problems: [.unknownPerson]),
  ]
}

extension Schemas {
  static let peopleInputs: [(name: String, schema: Schema)] = [
    (
      "PersonChange",
      .input([
        .optional("name", line(200)), .optional("role", Schema.words(Role.self).orNull),
        .optional("active", Schema.boolean.orNull), .optional("departments", words("By slug.")),
        .optional("areas", words("What they are limited to, layer:slug; empty for no limit.")),
        .optional("categories", words("What they are limited to, by slug; empty for no limit.")),
      ])
    ),
    ("NewDepartment", .input([.required("name", line(Departments.longestName))])),
    (
      "DepartmentChange",
      .input([.optional("name", line(Departments.longestName)), .optional("active", Schema.boolean.orNull)])
    ),
    ("NewMember", .input([.required("person", Schema.integer(1...).noted("A person's number."))])),
  ]

  static let peopleOutputs: [(name: String, schema: Schema)] = [
    (
      "StaffMember",
      .object(staffMember)
    ),
    (
      "KeptPerson",
      .object(
        staffMember + [
          .optional("email", Schema.text.noted("Not with `staff=true`, as all that follow.")),
          .optional("active", .boolean), .optional("areas", Schema.list(of: .text).noted("Empty for no limit.")),
          .optional("categories", Schema.list(of: .text).noted("Empty for no limit.")), .optional("created_at", .time),
          .optional("version", .integer(1...)),
          .optional("open_requests", Schema.integer(0...).noted("That wait for them. Of one person.")),
        ])
    ),
    (
      "ResetLink",
      .object([
        .required("link", Schema.text.noted("To be opened once by the person.")),
        .required("expires_in", Schema.integer(1...).noted("Seconds.")),
      ])
    ),
    (
      "Department",
      .object([
        .required("slug", .text), .required("name", .text), .required("active", .boolean),
        .required("members", Schema.integer(0...).noted("How many.")),
        .required("open_requests", Schema.integer(0...).noted("That wait in it, as far as the caller sees them.")),
        .required("version", .integer(1...)),
        .optional("people", Schema.list(of: .named("StaffMember")).noted("Of one department.")),
      ])
    ),
  ]

  private static let staffMember: [Schema.Field] = [
    .required("id", .integer(1...)), .required("name", .text), .required("role", .words(Role.self)),
    .required("departments", Schema.list(of: .text).noted("By slug.")),
  ]

  static func words(_ note: String) -> Schema {
    Schema(.array(of: .text(1...200, pattern: "^[^\\u0000]*$")), [("maxItems", .integer(PersonChange.listLimit))])
      .orNull
      .noted(note)
  }
}
