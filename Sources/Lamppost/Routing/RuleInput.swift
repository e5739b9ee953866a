import Civic
import JSON

/// A rule as a caller writes it: what is left out stays as it is.
extension KeptRule {
  /// Reads a change of `old`; whether what it names exists is for the database to say.
  init(_ input: inout ObjectInput, changing old: KeptRule) {
    self = old
    if input.has("name") || old.name.isEmpty { name = input.requiredText("name", maximum: Self.longestName) }
    isActive = input.bool("active") ?? old.isActive
    stops = input.bool("stop") ?? old.stops
    var rule = self
    _ = input.nested("when") { input in rule.readConditions(&input) }
    _ = input.nested("then") { input in rule.readOutcome(&input) }
    self = rule
  }

  private mutating func readConditions(_ input: inout ObjectInput) {
    categories = input.texts("categories", each: 100) ?? categories
    groups = input.texts("groups", each: 100) ?? groups
    areas = input.texts("areas", each: 200) ?? areas
    if areas.contains(where: { AreaName($0) == nil }) {
      input.refuse("areas", .invalidFormat, "each must be layer:slug, e.g. wards:ward-17")
    }
    if let names = input.texts("priorities", each: 20) {
      priorities = names.compactMap(Priority.init(name:))
      if priorities.count < names.count {
        input.refuse("priorities", .unknownOption, "each must be one of: low, medium, high, urgent")
      }
    }
    readTimes(&input)
    if input.has("anonymous") { isAnonymous = input.bool("anonymous") }
    if input.has("has_files") { hasFiles = input.bool("has_files") }
    words = input.texts("words", each: 100) ?? words
  }

  private mutating func readTimes(_ input: inout ObjectInput) {
    if let value = input.value("weekdays") {
      let days = (value.array ?? []).compactMap(\.integer)
      if days.count != value.array?.count ?? -1 {
        input.refuse("weekdays", .wrongType, "must be a list of whole numbers")
      } else if !days.allSatisfy((1...7).contains) {
        input.refuse("weekdays", .outOfRange, "each must be from 1, which is Monday, to 7")
      } else {
        weekdays = Set(days).sorted()
      }
    } else if input.has("weekdays") {
      weekdays = []
    }
    from = input.clockTime("from", old: from)
    until = input.clockTime("until", old: until)
    if from?.minutes == TimeWindow.minutesOfDay { input.refuse("from", .outOfRange, "must be before 24:00") }
  }

  private mutating func readOutcome(_ input: inout ObjectInput) {
    if input.has("department") { department = input.text("department", maximum: 100) }
    if input.has("assignee") { assignee = input.integer("assignee") }
    if input.has("priority") { priority = input.option("priority", Priority.allCases, name: \.name) }
    tags = input.tags("tags") ?? tags
    if input.has("notify_role") {
      notifyRole = input.option("notify_role", Role.allCases.filter(\.isStaff), name: \.rawValue)
    }
    if input.has("notify_person") { notifyPerson = input.integer("notify_person") }
    if input.has("notify_email") { notifyEmail = input.text("notify_email", maximum: 254) }
    if let notifyEmail, !notifyEmail.canBeMailed {
      input.refuse("notify_email", .invalidFormat, "must be an email address")
    }
  }

  func write(to json: inout JSONObjectWriter) {
    json.field("id", id)
    json.field("version", version)
    json.field("name", name)
    json.field("active", isActive)
    json.field("stop", stops)
    json.object("when") { json in
      json.array("categories", categories)
      json.array("groups", groups)
      json.array("areas", areas)
      json.array("priorities", priorities.map(\.name))
      json.array("weekdays", weekdays)
      json.field("from", from?.description)
      json.field("until", until?.description)
      json.field("anonymous", isAnonymous)
      json.field("has_files", hasFiles)
      json.array("words", words)
    }
    json.object("then") { json in
      json.field("department", department)
      json.field("assignee", assignee)
      json.field("priority", priority?.name)
      json.array("tags", tags)
      json.field("notify_role", notifyRole?.rawValue)
      json.field("notify_person", notifyPerson)
      json.field("notify_email", notifyEmail)
    }
    json.array("broken", broken.map(\.rawValue))
  }
}

extension ObjectInput {
  /// A list of texts, each without outer white space, each once; null is an empty list, nil where it is missing or wrong.
  /// - Parameter each: the longest that one may be, in Unicode scalars.
  mutating func texts(_ key: String, each maximum: Int) -> [String]? {
    guard let value = value(key) else { return has(key) ? [] : nil }
    guard let list = value.array, case let texts = list.compactMap(\.string), texts.count == list.count else {
      refuse(key, .wrongType, "must be a list of texts")
      return nil
    }
    if texts.count > KeptRule.listLimit {
      refuse(key, .tooMany, "must not be more than \(KeptRule.listLimit)")
      return nil
    }
    if texts.contains(where: { $0.utf8.contains(0) }) {
      refuse(key, .invalidText, "must not contain the NUL character")
      return nil
    }
    if texts.contains(where: { $0.unicodeScalars.count > maximum }) {
      refuse(key, .tooLong, "each must not be longer than \(maximum) characters")
      return nil
    }
    var unique: [String] = []
    for text in texts.map(\.trimmed) where !text.isEmpty && !unique.contains(text) { unique.append(text) }
    return unique
  }

  /// Tags: short words that stand in addresses and between commas.
  mutating func tags(_ key: String) -> [String]? {
    guard let tags = texts(key, each: Tag.longest) else { return nil }
    if tags.count > Tag.limit {
      refuse(key, .tooMany, "must not be more than \(Tag.limit)")
      return nil
    }
    if tags.contains(where: { $0.contains(",") }) {
      refuse(key, .invalidFormat, "each must be without a comma")
      return nil
    }
    return tags
  }

  fileprivate mutating func clockTime(_ key: String, old: ClockTime?) -> ClockTime? {
    guard has(key) else { return old }
    guard let text = text(key, maximum: 10) else { return nil }
    let time = ClockTime(text)
    if time == nil { refuse(key, .invalidFormat, "must be a time of day, e.g. 08:30") }
    return time
  }
}

/// A word that staff, and rules, put on a request.
enum Tag {
  /// In Unicode scalars.
  static let longest = 40
  /// Of one request.
  static let limit = 20
}
