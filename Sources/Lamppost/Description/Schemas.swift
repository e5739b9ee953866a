import Civic
import Credentials
import JSON
import Localization

/// The named forms, inputs and outputs; the description's `components/schemas`.
enum Schemas {
  /// In the order of the description.
  static let all: [(name: String, schema: Schema)] =
    inputs + categories + configuration
    + bulkInputs + peopleInputs + moderationInputs + outputs + bulkOutputs + peopleOutputs
    + invitationForms
    + moderationOutputs + routing + townshipForms + audit + deadlineInputs + deadlineOutputs + branding

  // MARK: Words

  static let symbol = "[0-9A-HJKMNP-TV-Z]"
  static let reference = Schema.matching("^\(symbol){4}-\(symbol){4}$")
  /// As people type it: I, L and O are read as digits.
  static let typedReference = Schema.matching("^[0-9A-TV-Za-tv-z]{4}-?[0-9A-TV-Za-tv-z]{4}$")
  static let typedTrackingCode = Schema.text(26...64, pattern: "^[0-9A-Za-z -]*$")
  static let uuid = Schema.matching("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
  static let status = Schema.words(Status.self)
  static let priority = Schema.words(Priority.allCases.map(\.name))
  static let visibility = Schema.words(Visibility.self)

  /// A text that must say something. NUL cannot be stored.
  static func line(_ maximum: Int) -> Schema {
    .text(1...maximum, pattern: "^[^\\u0000]*[^\\s\\u0000][^\\u0000]*$")
  }

  /// A text that may be left out, empty or null.
  static func optionalText(_ maximum: Int) -> Schema { .text(0...maximum, pattern: "^[^\\u0000]*$").orNull }

  private static let notBlank = "[^@\\s\\u0000-\\u001f]"
  static let email = Schema.text(
    1...254, pattern: "^\(notBlank)+@[^@.\\s\\u0000-\\u001f]\(notBlank)*\\.(\(notBlank)*[^@.\\s\\u0000-\\u001f])$")

  /// What mail can be sent to, which is stricter.
  static let mailAddress = Schema.text(
    5...254, pattern: "^[A-Za-z0-9_.+]{1,64}@([A-Za-z0-9]([A-Za-z0-9-]{0,20}[A-Za-z0-9])?\\.){1,4}[A-Za-z]{2,20}$")

  // MARK: Inputs

  static let inputs: [(name: String, schema: Schema)] = [
    ("NewRequest", .input(newRequest)), ("RequestChange", .input(requestChange)),
    (
      "NewSample",
      .input([
        .required("location", Schema.named("LocationInput").orNull.noted("null finds nothing.")),
        .optional("category", optionalText(100)), .optional("title", optionalText(200)),
        .optional("description", optionalText(10_000)),
      ])
    ),
    ("LocationInput", .input(location)), ("ContactInput", .input(contact)),
    (
      "StatusChange",
      .input([
        .required("status", status),
        .optional("reason", optionalText(2000).noted("Needed for on_hold and rejected.")),
        .optional("note", optionalText(2000).noted("What was done; needed for completed.")),
      ])
    ),
    (
      "Confirmation",
      .input([
        .required("resolved", .boolean),
        .optional("note", optionalText(ConfirmResolution.longestNote).noted("What is still wrong, for staff.")),
      ])
    ),
    (
      "Assignment",
      Schema.input([
        .optional("assignee", Schema.integer(1...).orNull.noted("A person's number; null takes it from them.")),
        .optional("department", optionalText(100).noted("A department's slug; null takes it from it.")),
      ]).restricted("minProperties", .integer(1))
    ),
    ("NewComment", .input([.required("body", line(10_000)), .required("visibility", visibility)])),
    ("NewTemplate", .input(template.map { .required($0.name, $0.schema) })),
    ("TemplateChange", .input(template.map { .optional($0.name, $0.schema) })),
    ("NewFollower", .input([.optional("email", mailAddress.noted("A guest's, and only a guest's."))])),
    ("NewMessage", .input([.required("body", line(10_000))])),
    (
      "SignIn",
      .input([
        .required("email", line(254)), .required("password", .text(1...PasswordHasher.longestPassword)),
        .optional("code", optionalText(32).noted("The second factor, where the account has one.")),
      ])
    ),
    (
      "NewPerson",
      .input([
        .required("email", email), .required("name", line(200)),
        .required(
          "password",
          .text(PasswordRule.shortest...PasswordHasher.longestPassword).noted("At most 1024 bytes of UTF-8.")),
      ])
    ),
    ("SettingsChange", .input(settings)), ("WorkflowChange", workflowChange), ("Merge", merge),
    (
      "MyChange",
      .input([
        .optional("name", line(200)),
        .optional(
          "language", Schema.words(Language.self).orNull.noted("Of mails; null for the township's.")),
      ])
    ),
    (
      "PasswordChange",
      .input([
        .required("current_password", .text(1...PasswordHasher.longestPassword)),
        .required("new_password", .text(PasswordRule.shortest...PasswordHasher.longestPassword)),
      ])
    ),
    ("PasswordResetRequest", .input([.required("email", email)])),
    (
      "PasswordReset",
      .input([
        .required("token", line(100).noted("What stands at the end of the mail's link.")),
        .required("password", .text(PasswordRule.shortest...PasswordHasher.longestPassword)),
      ])
    ),
    (
      "AddressChange",
      .input([.required("email", email), .required("password", .text(1...PasswordHasher.longestPassword))])
    ),
    ("LinkToken", .input([.required("token", line(100).noted("What stands at the end of the mail's link."))])),
    (
      "SecondFactorChange",
      .input([
        .optional("password", .text(1...PasswordHasher.longestPassword)),
        .optional("code", optionalText(32).noted("What the authenticator app shows.")),
      ])
    ),
    ("Deletion", .input([.required("password", .text(1...PasswordHasher.longestPassword))])),
    (
      "TokenRequest",
      .input([
        .required("grant_type", .words(["password", "refresh_token"])),
        .optional("username", .text.noted("The email address, for the password grant.")),
        .optional("password", .text), .optional("refresh_token", .text),
        .optional("code", .text.noted("The second factor, where the account has one.")),
        .optional("scope", .text.noted("Taken and ignored.")),
        .optional("client_id", .text.noted("Taken and ignored.")),
      ])
    ),
    (
      "Revocation",
      .input([
        .required("token", .text.noted("A refresh token.")), .optional("token_type_hint", .text),
        .optional("client_id", .text),
      ])
    ),
  ]

  private static let template: [(name: String, schema: Schema)] = [
    ("name", line(ReplyTemplate.longestName)), ("body", line(10_000)), ("visibility", visibility),
  ]

  private static let newRequest: [Schema.Field] = [
    .required("title", line(200)), .optional("description", optionalText(10_000)),
    .required("category", line(100).noted("A category's slug.")), .optional("priority", priority.orNull),
    .required("location", Schema.named("LocationInput").orNull.noted("null stands for unknown.")),
    .optional("address", optionalText(500)),
    .optional("anonymous", Schema.boolean.orNull.noted("true stores no account, contact or network address.")),
    .optional("contact", Schema.named("ContactInput").orNull.noted("Not with anonymous.")),
    .optional(
      "for_caller",
      Schema.boolean.orNull.noted(
        "Staff who write a report down for somebody else; `contact` by such staff says so, too.")),
    .optional("attributes", answers.orNull.noted("Answers to the category's questions by their keys.")),
  ]

  private static let settings: [Schema.Field] = [
    .optional("emergency_number", line(30)), .optional("contact_email", email.orNull),
    .optional("publishes_at_once", Schema.boolean.orNull.noted("Else after a look by staff.")),
    .optional(
      "second_factor_roles",
      Schema.list(of: .words(TownshipSettings.guardableRoles.map(\.rawValue))).noted("Roles that have to have one.")),
  ]

  private static let answers = Schema(
    .object(
      [],
      others: .init(.oneOf([.text, .number, .boolean, .list(of: .text)])).orNull))

  private static let requestChange: [Schema.Field] = [
    .optional("title", line(200)), .optional("description", optionalText(10_000)), .optional("category", line(100)),
    .optional("priority", priority.orNull.noted("Staff only.")),
    .optional("location", Schema.named("LocationInput").orNull),
    .optional("address", optionalText(500)),
    .optional("visibility", Schema.words(RequestChange.visibilities).orNull.noted("Staff only.")),
    .optional("tags", tags.noted("Every tag that it is to have. Staff only.")),
  ]

  private static let location: [Schema.Field] = [
    .required("latitude", .number(-90...90)), .required("longitude", .number(-180...180)),
    .optional("accuracy", Schema.number(0...1_000_000).orNull.noted("Metres.")),
  ]

  private static let contact: [Schema.Field] = [
    .optional("name", optionalText(200)), .optional("email", email.orNull), .optional("phone", optionalText(50)),
  ]
}
