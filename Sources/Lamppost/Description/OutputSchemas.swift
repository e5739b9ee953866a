import Civic
import Intake
import JSON
import Localization

extension Schemas {
  static let outputs: [(name: String, schema: Schema)] = [
    ("ServiceRequest", .object(serviceRequest)),
    (
      "Receipt",
      .object(
        serviceRequest + [
          .optional("tracking_code", Schema.text.noted("For reporters without an account: it opens the report."))
        ])
    ),
    (
      "TrackedRequest",
      .object(
        serviceRequest + [
          .required("history", .list(of: .named("HistoryEntry"))), .required("comments", .list(of: .named("Comment"))),
        ])
    ),
    (
      "ListedRequest",
      .object(serviceRequest + [.optional("distance", Schema.number.noted("Metres from `near`."))])
    ),
    (
      "Location",
      .object([
        .required("latitude", .number(-90...90)), .required("longitude", .number(-180...180)),
        .optional("accuracy", .number),
      ])
    ),
    ("Contact", .object(contactDetails)), ("Person", .object(person)), ("PersonName", .object(personName)),
    (
      "HistoryEntry",
      .object([
        .required("at", .time), .required("kind", .words(RequestEvent.Kind.self)),
        .required("before", Schema.text.orNull), .required("after", Schema.text.orNull),
        .required("note", Schema.text.orNull), .optional("visibility", visibility.noted("For staff.")),
        .optional("actor", Schema.named("PersonName").orNull.noted("For staff.")),
      ])
    ),
    (
      "Comment",
      .object([
        .required("id", .integer(1...)), .required("visibility", visibility), .required("body", .text),
        .required("created_at", .time), .required("from", .words(["staff", "reporter"])),
        .optional("author", Schema.named("PersonName").orNull.noted("For staff.")),
      ])
    ),
    ("Statistics", statistics),
    (
      "Template",
      .object([
        .required("id", .integer(1...)), .required("name", .text), .required("body", .text),
        .required("visibility", visibility), .required("version", .integer(1...)),
      ])
    ),
    (
      "Following",
      .object([
        .required("following", .boolean),
        .required("confirmation_sent", Schema.boolean.noted("Whether a guest is asked by mail first.")),
      ])
    ),
    ("Presence", .object([.required("people", .list(of: .named("PersonName")))])),
    ("AttachmentSummary", .object(attachmentSummary)),
    (
      "Attachment",
      .object(
        attachmentSummary + [.required("bytes", Schema.integer(0...).orNull), .required("created_at", .time)])
    ),
    ("SimilarRequest", .object(similar)), ("Support", .object(support)), ("Place", .object(place)),
    ("Category", .object(category)), ("Question", .object(question)),
    ("Areas", .featureCollection(of: .named("Area"))),
    (
      "Area",
      .feature(
        geometry: .geometry("MultiPolygon", .list(of: .list(of: .list(of: position)))),
        [
          .required("area", areaName), .required("layer", .text), .required("slug", .text), .required("name", .text),
          .optional("open", Schema.integer(0...).noted("Open requests in it, with `counts`.")),
          .optional("version", Schema.integer(1...).noted("Of one that is read by itself.")),
        ])
    ),
    ("Map", .featureCollection(of: .init(.oneOf([.named("Pin"), .named("Cluster")])), mapFields)),
    (
      "Pin",
      .feature(
        geometry: point,
        [
          .required("reference", reference), .required("title", .text), .required("status", status),
          .required("category", .text), .required("priority", priority),
        ])
    ),
    (
      "Cluster",
      .feature(
        geometry: point,
        [
          .required("cluster", .boolean), .required("count", .integer(1...)),
          .required("by_status", .object(Status.allCases.map { .optional($0.rawValue, .integer(1...)) })),
        ])
    ),
    (
      "Session", .object([.required("person", .named("Person")), .required("csrf_token", .text)])
    ),
    (
      "SecondFactor",
      .object([
        .optional("secret", Schema.text.noted("Base32.")), .optional("uri", Schema.text.noted("For a QR code.")),
        .optional("recovery_codes", .list(of: .text)),
      ])
    ),
    ("Me", .object(person + [.optional("csrf_token", Schema.text.noted("For callers with a session cookie."))])),
    (
      "Settings",
      .object([
        .required("emergency_number", .text), .required("contact_email", Schema.text.orNull),
        .required("publishes_at_once", .boolean),
        .required("second_factor_roles", .list(of: .words(Role.self))), .required("version", .integer(1...)),
      ])
    ),
    ("Workflow", workflow), ("MergePreview", mergePreview), ("MergedRequest", mergedRequest),
    (
      "BrowserSession",
      .object([
        .required("id", .matching("^[0-9a-f]{32}$")), .required("kind", .words(ListedSession.Kind.self)),
        .required("current", .boolean),
        .required("created_at", .time), .required("last_used_at", .time),
        .required("browser", Schema.text.orNull), .required("system", Schema.text.orNull),
      ])
    ),
    ("NewSession", .object([.optional("csrf_token", Schema.text.noted("For callers with a session cookie."))])),
    (
      "Export",
      .object([
        .required("exported_at", .time), .required("account", .object(person + [.required("created_at", .time)])),
        .required("follows", .list(of: .object([]))), .required("pointed_out", .list(of: .object([]))),
        .required("reports", .list(of: .object([]))), .required("comments", .list(of: .object([]))),
        .required("files", .list(of: .object([]))), .required("supports", .list(of: .object([]))),
        .required("sessions", .list(of: .named("BrowserSession"))),
      ])
    ),
    (
      "TokenPair",
      .object([
        .required("access_token", .text), .required("token_type", .words(["Bearer"])),
        .required("expires_in", Schema.integer(1...).noted("Seconds.")), .required("refresh_token", .text),
      ])
    ),
    ("Empty", .object([])), ("Health", .object([.required("status", .words(["ok"]))])),
    ("Readiness", .object(readiness)), ("Problem", .object(problem)),
  ]

  private static let areaName = Schema.matching("^[^:]+:[^:]+$").noted("layer:slug")
  private static let position = Schema(
    .array(of: .number), [("minItems", .integer(2)), ("maxItems", .integer(2))])
  private static let point = Schema.geometry("Point", position)
  private static let mapFields: [Schema.Field] = [
    .required("truncated", Schema.boolean.noted("Whether there are more matches than were looked at."))
  ]

  private static let serviceRequest: [Schema.Field] = [
    .required("reference", reference), .required("title", .text), .required("description", .text),
    .required("category", Schema.text.noted("Its slug.")), .required("category_name", .text),
    .required("status", status), .required("priority", priority),
    .required("location", Schema.named("Location").orNull.noted("The public place, or for staff the true one.")),
    .required("location_blurred", Schema.boolean.noted("The public is told the block of some 200 m, and no address.")),
    .required("address", Schema.text.orNull), .required("areas", .list(of: areaName)),
    .required("expected_by", Schema.time.orNull), .required("created_at", .time), .required("updated_at", .time),
    .required("closed_at", Schema.time.orNull), .required("version", .integer(1...)),
    .required("supporters", Schema.integer(0...).noted("How many others have the problem too.")),
    .required("duplicate_of", reference.orNull.noted("Where it is taken care of.")),
    .required("attachments", .list(of: .named("AttachmentSummary"))),
    .optional("visibility", Schema.words(RequestChange.visibilities).noted("For the reporter and staff.")),
    .optional("anonymous", Schema.boolean.noted("For the reporter and staff.")),
    .optional("attributes", Schema.object([]).noted("For the reporter and staff.")),
    .optional("assignee", Schema.named("PersonName").orNull.noted("For staff.")),
    .optional("department", Schema.text.orNull.noted("Its slug, for staff.")),
    .optional("tags", Schema.list(of: .text).noted("For staff.")),
    .optional("respond_by", Schema.time.orNull.noted("When an answer is due, for staff.")),
    .optional("responded_at", Schema.time.orNull.noted("When the reporter first heard from staff, for staff.")),
    .optional("contact", Schema.named("Contact").orNull.noted("For staff who may know the reporter.")),
  ]

  private static let contactDetails: [Schema.Field] = [
    .required("name", Schema.text.orNull), .required("email", Schema.text.orNull),
    .required("phone", Schema.text.orNull),
    .required("account", Schema.integer(1...).orNull.noted("The reporter's number, with an account.")),
  ]

  private static let personName: [Schema.Field] = [
    .required("id", .integer(1...)), .required("name", Schema.text.orNull),
  ]

  private static let person: [Schema.Field] = [
    .required("id", .integer(1...)), .required("name", .text), .required("email", .text),
    .required("role", .words(Role.self)),
    .required(
      "language", Schema.words(Language.self).orNull.noted("In which they are written to; null for the township's.")),
    .optional("second_factor_missing", Schema.boolean.noted("The role is theirs once they have set one up.")),
  ]

  private static let attachmentSummary: [Schema.Field] = [
    .required("id", uuid), .required("state", .words(AttachmentState.self)), .required("visibility", visibility),
    .required("media_type", Schema.words(MediaType.self).orNull), .required("width", Schema.integer(1...).orNull),
    .required("height", Schema.integer(1...).orNull),
    .required("reason", Schema.text.orNull.noted("Why the file is infected or failed.")),
    .optional("signature", Schema.text.orNull.noted("Name of the malware, for staff.")),
    .optional("file_name", Schema.text.orNull.noted("As the sender named it, for staff.")),
    .optional("sealed", Schema.boolean.noted("The original of an image that was blackened, for staff.")),
  ]

  private static let category: [Schema.Field] = [
    .required("slug", .text), .required("name", .text), .required("group", Schema.text.orNull),
    .required("description", .text), .required("default_priority", priority), .required("private", .boolean),
    .required("resolution_hours", Schema.integer(1...).orNull), .required("attributes", .list(of: .named("Question"))),
    .required("notice", Schema.text.noted("For the reporter, once the category is chosen.")),
    .required("stop_message", Schema.text.noted("Not empty: the category takes no reports, and this is said instead.")),
    .required("icon", .text), .required("keywords", Schema.text.noted("Other words that people look for it by.")),
    .required("blurs_location", Schema.boolean.noted("The public is told the block of some 200 m alone.")),
  ]

  private static let similar: [Schema.Field] = [
    .required("reference", reference), .required("title", .text), .required("status", status),
    .required("category", Schema.text.noted("Its slug.")), .required("category_name", .text),
    .required("category_group", Schema.text.orNull), .required("address", Schema.text.orNull),
    .required("created_at", .time), .required("distance", Schema.number(0...SimilarRequests.radius).noted("Metres.")),
    .required("score", Schema.number(0...1).noted("Of kind, words, distance and time, the likeliest first.")),
    .required("supporters", .integer(0...)),
    .required("thumbnail", Schema.text.orNull.noted("The address of a small picture.")),
  ]

  private static let support: [Schema.Field] = [
    .required("reference", reference), .required("supporters", .integer(0...)), .required("supported", .boolean),
    .optional("token", Schema.text.noted("For guests without cookies: takes it back, as Supporter-Token.")),
  ]

  private static let place: [Schema.Field] = [
    .required("address", .text), .required("location", .named("Location")),
    .required("street", Schema.boolean.noted("Whether it is a whole street, whose middle the location is.")),
  ]

  private static let question: [Schema.Field] = [
    .required("key", .text), .required("label", .text),
    .required("type", .words(["text", "number", "boolean", "choice", "choices"])), .optional("required", .boolean),
    .optional("options", .list(of: .init(.anything))), .optional("min", .number), .optional("max", .number),
    .optional("max_length", .integer(1...)),
  ]

  private static let readiness: [Schema.Field] = [
    .required("status", .words(["ready", "not_ready"])),
    .required(
      "parts", .object(["postgresql", "redis", "scanner", "queue"].map { .required($0, .text) })),
    .required("queue_lag_seconds", Schema.number.orNull),
  ]

  private static let problem: [Schema.Field] = [
    .required("type", .text), .required("title", .text), .required("status", .integer(400...599)),
    .required("detail", .text), .required("code", .words(Problem.Code.self)), .required("request_id", .text),
    .required(
      "errors",
      .list(
        of: .object([
          .required("field", Schema.text.noted("Dotted path in the body, or the parameter's name.")),
          .required("code", .words(Problem.Code.self)), .required("message", .text),
        ]))),
    .optional("error", Schema.text.noted("For OAuth2 clients (RFC 6749, section 5.2).")),
  ]
}

extension Schema {
  fileprivate static func geometry(_ type: String, _ coordinates: Schema) -> Schema {
    .object([.required("type", .words([type])), .required("coordinates", coordinates)])
  }

  fileprivate static func feature(geometry: Schema, _ properties: [Field]) -> Schema {
    .object([
      .required("type", .words(["Feature"])), .required("geometry", geometry),
      .required("properties", .object(properties)),
    ])
  }

  fileprivate static func featureCollection(of feature: Schema, _ more: [Field] = []) -> Schema {
    .object(
      [.required("type", .words(["FeatureCollection"])), .required("features", .list(of: feature))] + more)
  }
}
