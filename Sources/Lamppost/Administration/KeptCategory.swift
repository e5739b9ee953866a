import Civic
import FoundationEssentials
import JSON
import PostgreSQL

/// A category as whoever keeps it sees it.
struct KeptCategory: Sendable, Equatable {
  private(set) var slug = ""
  private(set) var version = 1
  var name = ""
  var group: String?
  var icon = ""
  var keywords = ""
  var description = ""
  var notice = ""
  var stopMessage = ""
  var defaultPriority = Priority.medium
  var resolutionHours: Int?
  /// Slug of the calendar that targets are counted by; nil where every hour counts.
  var calendar: String?
  var targets: [Priority: ServiceTargets.Target] = [:]
  /// Who hears of a target that was missed; nil for whoever hears of the township's.
  var escalationRole: Role?
  var isActive = true
  /// Whether the public is told the street block of its requests alone.
  var blursLocation = false
  /// Whether completing needs a photo of what was done.
  var requiresProof = false
  /// Whether its requests are never public.
  var isPrivate = false
  /// The department that new requests go to, by slug.
  var department: String?
  var questions: [KeptQuestion] = []
  /// Days after its end until a request loses its people, and until it goes; nil for never.
  var anonymizeAfterDays: Int?
  var deleteAfterDays: Int?

  /// Of a township: the form of reports shows them all.
  static let limit = 500
  /// Words that stand where a slug stands in addresses.
  static let reserved: Set = ["new", "order"]

  /// One that says nothing yet.
  static let blank = KeptCategory()

  private init() {}

  /// Columns of `kept` for `init(_:)`.
  static let columns: SQL = """
    kept.slug, kept.version, kept.name, kept.group_name, kept.icon, kept.keywords, kept.description, kept.notice,
    kept.stop_message, kept.default_priority, kept.resolution_hours, kept.active, kept.blurs_location,
    kept.requires_proof, kept.private,
    (SELECT d.slug FROM departments d WHERE d.tenant_id = kept.tenant_id AND d.id = kept.department_id),
    kept.attributes::text,
    (SELECT k.slug FROM calendars k WHERE k.tenant_id = kept.tenant_id AND k.id = kept.calendar_id), kept.targets::text,
    kept.anonymize_after_days, kept.delete_after_days, kept.escalation_role
    """
  static let columnCount = 22

  /// In the order of the form.
  static let all: SQL = """
    SELECT \(columns) FROM categories AS kept ORDER BY kept.sort, kept.group_name, kept.name, kept.id
    """

  init(_ row: Row) throws {
    slug = try row.get(0)
    version = try row.get(1)
    name = try row.get(2)
    group = try row.get(3)
    icon = try row.get(4)
    keywords = try row.get(5)
    description = try row.get(6)
    notice = try row.get(7)
    stopMessage = try row.get(8)
    defaultPriority = Priority(rawValue: try row.get(9)) ?? .medium
    resolutionHours = try row.get(10)
    isActive = try row.get(11)
    blursLocation = try row.get(12)
    requiresProof = try row.get(13)
    isPrivate = try row.get(14)
    department = try row.get(15)
    questions = try KeptQuestion.stored(try row.get(16))
    calendar = try row.get(17)
    targets = try ServiceTargets.stored(row.get(18))
    anonymizeAfterDays = try row.get(19)
    deleteAfterDays = try row.get(20)
    escalationRole = try row.get(21, as: String?.self).flatMap(Role.init(rawValue:))
  }

  /// Reads a change of `old`, or a new one of `blank`; what is left out stays as it is. Whether the department exists is
  /// for the database to say.
  init(_ input: inout ObjectInput, changing old: KeptCategory) {
    func optional(_ key: String, _ maximum: Int, _ old: String) -> String {
      input.has(key) ? input.text(key, maximum: maximum) ?? "" : old
    }
    self = old
    if input.has("name") || old.name.isEmpty { name = input.requiredText("name", maximum: 100) }
    if old.slug.isEmpty { slug = Self.slug(&input, name: name) }
    if input.has("group") { group = input.text("group", maximum: 100) }
    icon = optional("icon", 8, old.icon)
    keywords = optional("keywords", 500, old.keywords)
    description = optional("description", 1000, old.description)
    notice = optional("notice", 1000, old.notice)
    stopMessage = optional("stop_message", 1000, old.stopMessage)
    defaultPriority = input.option("default_priority", Priority.allCases, name: \.name) ?? old.defaultPriority
    if input.has("resolution_hours") { resolutionHours = input.integer("resolution_hours") }
    if let hours = resolutionHours, !(1...87_600).contains(hours) {
      input.refuse("resolution_hours", .outOfRange, "must be from 1 to 87,600")
    }
    if input.has("calendar") { calendar = input.text("calendar", maximum: 100) }
    if input.has("targets") { targets = ServiceTargets.read(&input).filter { $0.value != .init() } }
    if input.has("escalation_role") {
      escalationRole = input.option("escalation_role", DeadlineSettings.roles, name: \.rawValue)
    }
    isActive = input.bool("active") ?? old.isActive
    blursLocation = input.bool("blurs_location") ?? old.blursLocation
    requiresProof = input.bool("requires_proof") ?? old.requiresProof
    isPrivate = input.bool("private") ?? old.isPrivate
    anonymizeAfterDays = Self.days(&input, "anonymize_after_days", old.anonymizeAfterDays)
    deleteAfterDays = Self.days(&input, "delete_after_days", old.deleteAfterDays)
    if let first = anonymizeAfterDays, let then = deleteAfterDays, then < first {
      input.refuse("delete_after_days", .outOfRange, "must not be before anonymize_after_days")
    }
    if input.has("department") { department = input.text("department", maximum: 100) }
    questions = KeptQuestion.list(&input) ?? (input.has("attributes") ? [] : old.questions)
  }

  private static func days(_ input: inout ObjectInput, _ key: String, _ old: Int?) -> Int? {
    let days = input.has(key) ? input.integer(key) : old
    if let days, !(1...36_500).contains(days) { input.refuse(key, .outOfRange, "must be from 1 to 36,500") }
    return days
  }

  private static func slug(_ input: inout ObjectInput, name: String) -> String {
    let given = input.text("slug", maximum: 100)
    let slug = given ?? Slug.of(name)
    let isRight = slug.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
      default: false
      }
    }
    if !isRight || slug.hasPrefix("-") {
      input.refuse("slug", .invalidFormat, "must be of small letters, digits and hyphens, and not begin with one")
    } else if reserved.contains(slug) {
      input.refuse(given == nil ? "name" : "slug", .nameTaken, "is taken by the pages")
    }
    return slug
  }

  func write(to json: inout JSONObjectWriter) {
    json.field("slug", slug)
    json.field("version", version)
    writeContent(to: &json)
  }

  /// Everything but what tells it from others and from what it was.
  func writeContent(to json: inout JSONObjectWriter) {
    json.field("name", name)
    json.field("group", group)
    json.field("icon", icon)
    json.field("keywords", keywords)
    json.field("description", description)
    json.field("notice", notice)
    json.field("stop_message", stopMessage)
    json.field("default_priority", defaultPriority.name)
    json.field("resolution_hours", resolutionHours)
    json.field("calendar", calendar)
    json.field("targets", ServiceTargets.json(targets))
    json.field("escalation_role", escalationRole?.rawValue)
    json.field("active", isActive)
    json.field("blurs_location", blursLocation)
    json.field("requires_proof", requiresProof)
    json.field("private", isPrivate)
    json.field("anonymize_after_days", anonymizeAfterDays)
    json.field("delete_after_days", deleteAfterDays)
    json.field("department", department)
    json.array("attributes") { array in
      for question in questions { array.object { question.write(to: &$0) } }
    }
  }
}
