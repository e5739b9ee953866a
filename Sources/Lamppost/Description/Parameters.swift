import Civic
import JSON

extension Parameter {
  static func query(_ name: String, _ schema: Schema, _ note: String, isRequired: Bool = false) -> Parameter {
    Parameter(name: name, place: .query, schema: schema, note: note, isRequired: isRequired)
  }

  static func path(_ name: String) -> Parameter {
    let (schema, note): (Schema, String) =
      switch name {
      case "reference": (Schemas.typedReference, "The request's reference; case and hyphen do not matter.")
      case "code": (Schemas.typedTrackingCode, "The tracking code that came with the report.")
      case "township": (.text(1...63), "A township's slug.")
      case "category": (.text(1...100), "A category's slug.")
      case "session": (.matching("^[0-9a-f]{32}$"), "A session's id, from the list.")
      case "area": (.text(3...165, pattern: "^[^:/\\u0000]+:[^:/\\u0000]+$"), "layer:slug, e.g. wards:ward-17.")
      case "rule": (.integer(1...), "The rule's number.")
      case "calendar": (.text(1...100), "A calendar's slug.")
      case "template": (.integer(1...), "The template's number.")
      case "person": (.integer(1...), "A person's number.")
      case "invitation": (.integer(1...), "An invitation's number.")
      case "department": (.text(1...100), "A department's slug.")
      case "z": (.integer(0...VectorTile.deepest), "The zoom.")
      case "x": (.integer(0...(1 << VectorTile.deepest - 1)), "The tile's column, from the west.")
      case "y": (.integer(0...(1 << VectorTile.deepest - 1)), "The tile's row, from the north.")
      case "id": (Schemas.uuid, "The id of the file, or of what else the path names.")
      default: (.text, "")
      }
    return Parameter(name: name, place: .path, schema: schema, note: note, isRequired: true)
  }

  static let ifMatch = Parameter(
    name: "If-Match", place: .header, schema: .matching(#"^("(0|[1-9][0-9]{0,17})"|\*)$"#),
    note: "The version that the change is meant for, in quotes; 412 when somebody was faster.")

  static let idempotencyKey = Parameter(
    name: "Idempotency-Key", place: .header, schema: .text(1...255, pattern: "^[!-~]([ -~]*[!-~])?$"),
    note: """
      Any text of the caller's making. For 24 hours the same key with the same content is answered the same response, \
      tracking code included; with other content 409.
      """)

  static let lastEventID = query(
    "last_event_id", .text(0...40), "The id of the last event the caller has, to go on after it.")

  static let lastEventIDHeader = Parameter(
    name: "Last-Event-ID", place: .header, schema: .text(0...40), note: "The same, as browsers send it by themselves.")

  static let supporterToken = Parameter(
    name: "Supporter-Token", place: .header, schema: .matching("^[A-Za-z0-9_-]{21}[AQgw]$"),
    note: "Of a guest who has supported something before and keeps no cookies.")

  static let limit = query("limit", .integer(1...200), "How many at most; 50 unless said.")

  static let cursor = query(
    "cursor", .text(0...512), "The `next_cursor` of the page before, of the very same list.")

  /// The filters that every list of requests and the map know.
  static let filters: [Parameter] = [
    query("q", Schemas.line(200), "Words to search for; misspelt ones find what looks alike."),
    near,
    query("radius", .number(1...RequestFilter.radiusLimit), "Metres around `near`."),
    box,
    query("area", .matching("^[^:\\u0000]+:[^:\\u0000]+$"), "layer:slug, e.g. wards:ward-17"),
    query("category", list(.text(1...100)), "Categories by slug, separated by commas."),
    query("status", list(.words(Status.self)), "Separated by commas."),
    query("priority", list(Schemas.priority), "Separated by commas."),
    query("assignee", .matching("^(me|none|0|[1-9][0-9]{0,17})$"), "me, none or a person's number. Staff only."),
    query("department", Schemas.line(100), "A department's slug, or - for those of none. Staff only."),
    query("tag", Schemas.line(Tag.longest), "A word that staff, or rules, put on it. Staff only."),
    query("mentions", .words(["me"]), "Those in which a colleague called the caller by @. Staff only."),
    query("overdue", .boolean, "Whether the target date has passed and the request is open."),
    query("due_within", .integer(1...8760), "Open, and due within so many hours; what is on hold is not."),
    query(
      "target", .words(RequestFilter.Verdict.self),
      "What is over and had a target date: by it, after it, or any of them."),
    query(
      "answer", .words(RequestFilter.Verdict.self),
      "What was promised a first answer by some time and has it: by then, later, or any of them. Staff only."),
    query("closed_on", days, "Days of the township on which it was closed: 2026-10-01..2026-10-31, or one."),
    query("answered_on", days, "Days on which staff first answered. Staff only."),
    query("due_on", days, "Days in which the target date lies."),
    query("mine", .boolean, "Only what the caller reported."),
    query("created_after", .time, "RFC 3339 with offset."),
    query("created_before", .time, "RFC 3339 with offset."),
    query("closed_after", .time, "RFC 3339 with offset."),
    query("closed_before", .time, "RFC 3339 with offset."),
    query("updated_after", .time, "RFC 3339 with offset."),
  ]

  static let near = query("near", .matching("^ *\(degrees) *, *\(degrees) *$"), "latitude,longitude")

  static let box = query(
    "bbox", .matching("^\(degrees)(,\(degrees)){3}$"),
    "west,south,east,north in degrees; west beyond east crosses the 180th meridian.")

  static let sort = query(
    "sort", .words(RequestFilter.Sort.self),
    "`nearest` needs `near`, `relevance` needs `q`; unless said, what fits the filter, else newest.")

  static let eyes = query(
    "as", .words(["public"]),
    "With a citizen's eyes, whoever calls. Staff who are limited to areas or categories else find only what lies within."
  )

  private static let day = "(19|2[0-9])[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
  private static let days: Schema = .matching("^\(day)(\\.\\.\(day))?$")

  private static let degrees = "[-+]?[0-9]{1,3}(\\.[0-9]{1,15})?"

  private static func list(_ schema: Schema) -> Schema {
    Schema(.array(of: schema), [("minItems", .integer(1)), ("maxItems", .integer(100))])
  }
}
