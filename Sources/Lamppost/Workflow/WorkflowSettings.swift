import Civic
import JSON
import Localization

/// What a township makes of the workflow: which statuses it uses, what it calls them, and how long it waits for a
/// reporter's word.
struct WorkflowSettings: Sendable, Equatable {
  private(set) var workflow = Workflow()
  /// The township's own words for a status, by language code.
  private(set) var names: [Status: [String: String]] = [:]
  /// Days of silence after which a completed request is closed, 1 to 365; nil for never.
  private(set) var closesAfterDays: Int?

  /// Characters of a name.
  static let longestName = 40

  init() {}

  /// - Parameter statuses: the column of that name, as text. What it holds beyond our words is left out.
  init(statuses: String, closesAfterDays: Int?) {
    self.closesAfterDays = closesAfterDays
    var off: Set<Status> = []
    for member in (try? JSONValue.parse(Array(statuses.utf8)).object?.members) ?? [] {
      guard let status = Status(rawValue: member.key) else { continue }
      if member.value["off"]?.bool == true { off.insert(status) }
      for name in member.value["names"]?.object?.members ?? [] {
        names[status, default: [:]][name.key] = name.value.string
      }
    }
    workflow = Workflow(off: off)
  }

  /// What the township says in a language instead of our words, by status: for a `Translator`.
  func own(in language: Language) -> [String: String] {
    Dictionary(uniqueKeysWithValues: names.map { ($0.key.rawValue, $0.value[language.rawValue]) })
      .compactMapValues(\.self)
  }

  /// As the column `statuses` holds it.
  var stored: String {
    var json = JSONWriter()
    json.object { object in
      for status in Status.allCases where workflow.off.contains(status) || names[status]?.isEmpty == false {
        object.object(status.rawValue) { entry in
          if workflow.off.contains(status) { entry.field("off", true) }
          entry.object("names") { Self.write(names[status] ?? [:], to: &$0) }
        }
      }
    }
    return String(decoding: json.bytes, as: UTF8.self)
  }

  private static func write(_ names: [String: String], to json: inout JSONObjectWriter) {
    for language in Language.allCases { if let name = names[language.rawValue] { json.field(language.rawValue, name) } }
  }

  /// As the API tells it.
  func write(to json: inout JSONObjectWriter) {
    json.field("closes_after_days", closesAfterDays)
    json.array("statuses") { array in
      for status in Status.allCases {
        array.object { entry in
          entry.field("status", status.rawValue)
          entry.field("active", !workflow.off.contains(status))
          entry.field("optional", Workflow.optional.contains(status))
          entry.object("names") { Self.write(names[status] ?? [:], to: &$0) }
        }
      }
    }
  }
}

extension WorkflowSettings {
  /// Reads a change of `old`; what is left out stays as it is.
  init(_ input: inout ObjectInput, changing old: WorkflowSettings) {
    self = old
    if input.has("closes_after_days") {
      closesAfterDays = input.integer("closes_after_days")
      if let days = closesAfterDays, !(1...365).contains(days) {
        input.refuse("closes_after_days", .outOfRange, "must be from 1 to 365")
      }
    }
    guard let list = input.value("statuses") else { return }
    let entries = list.array ?? []
    if list.array == nil { input.refuse("statuses", .wrongType, "must be a list") }
    if entries.count > Status.allCases.count {
      input.refuse("statuses", .tooMany, "must not be more than there are statuses")
      return
    }
    var off = workflow.off
    for (index, entry) in entries.enumerated() { read(entry, "statuses.\(index)", &off, &input) }
    workflow = Workflow(off: off)
  }

  private mutating func read(_ entry: JSONValue, _ path: String, _ off: inout Set<Status>, _ input: inout ObjectInput) {
    guard let object = entry.object else { return input.refuse(path, .wrongType, "must be an object") }
    var item = ObjectInput(object)
    let status = item.requiredOption("status", Status.allCases, name: \.rawValue)
    if let isActive = item.bool("active"), item.errors.isEmpty {
      if !isActive && !Workflow.optional.contains(status) {
        item.refuse("active", .notOptional, "\(status.rawValue) cannot be switched off")
      }
      if isActive { off.remove(status) } else { off.insert(status) }
    }
    if item.has("names") {
      let own: [String: String]? = item.nested("names") { names in
        Language.allCases.reduce(into: [:]) {
          $0[$1.rawValue] = names.text($1.rawValue, maximum: Self.longestName)
        }
      }
      if item.errors.isEmpty { names[status] = own ?? [:] }
    }
    do { try item.finish() } catch {
      for error in error.errors { input.refuse("\(path).\(error.field)", error.code, error.message) }
    }
  }
}
