import JSON
import PostgreSQL
import TimeZones

/// What a township has set up, as its configuration file holds it: no people, and nothing secret.
struct TownshipConfiguration: Sendable {
  /// The kinds of things in the file, in the order in which they are brought in: each names those before it alone.
  enum Section: String, CaseIterable, Sendable {
    case settings, branding, workflow, deadlines, departments, calendars, categories, templates, areas, rules

    /// Whether it is one object, not a list.
    var isSingle: Bool { [.settings, .branding, .workflow, .deadlines].contains(self) }
  }

  struct Item: Sendable, Equatable {
    /// What tells it from others of its section.
    let key: String
    let value: JSONValue
  }

  private(set) var items: [Section: [Item]] = [:]

  /// The member that says what the file is, and the version of its form.
  static let mark = "lamppost_configuration"
  static let version = 1

  /// - Parameter transaction: of the township.
  init(in transaction: Transaction, tenantID: Int) async throws {
    let rows = try await transaction.query("SELECT \(Tenant.columns) FROM tenants WHERE id = \(tenantID)")
    guard let row = rows.first else { throw Problem.notFound }
    let tenant = try Tenant(id: tenantID, row)
    items[.settings] = [try Self.item("settings") { TownshipSettings(tenant).write(to: &$0) }]
    items[.branding] = [try Self.item("branding") { Branding(tenant).write(to: &$0) }]
    items[.workflow] = [try Self.item("workflow") { tenant.workflowSettings.write(to: &$0) }.without(["optional"])]
    items[.deadlines] = try await transaction.query(
      "SELECT \(DeadlineSettings.columns) FROM tenants WHERE id = \(tenantID)"
    )
    .map { row in
      let settings = try DeadlineSettings(row)
      return try Self.item("deadlines") { settings.write(to: &$0) }
    }
    items[.departments] = try await transaction.query("SELECT slug, name, active FROM departments ORDER BY slug").map {
      let (slug, name, isActive) = try $0.decode(String.self, String.self, Bool.self)
      return try Self.item(slug) { json in
        json.field("slug", slug)
        json.field("name", name)
        json.field("active", isActive)
      }
    }
    items[.calendars] = try await transaction.query(
      "SELECT \(KeptCalendar.columns) FROM calendars k ORDER BY k.slug"
    ).map { row in
      let calendar = try KeptCalendar(row)
      return try Self.item(calendar.slug) { calendar.write(to: &$0, zone: .gmt) }
        .without(["time_zone", "version", "categories"])
    }
    items[.categories] = try await transaction.query(KeptCategory.all).map { row in
      let category = try KeptCategory(row)
      return try Self.item(category.slug) { category.write(to: &$0) }.without(["version"])
    }
    items[.templates] = Self.numbered(
      try await transaction.query(ReplyTemplates.query()).map { row in
        let template = try ReplyTemplate(row)
        return try Self.item(template.name) { template.write(to: &$0) }.without(["id", "version"])
      })
    items[.areas] = try await transaction.query(
      "SELECT layer, slug, name, ST_AsGeoJSON(boundary, 6) FROM areas ORDER BY layer, slug"
    ).map { row in
      let (layer, slug, name, boundary) = try row.decode(String.self, String.self, String.self, String.self)
      return try Self.item(layer + ":" + slug) { json in
        json.field("layer", layer)
        json.field("slug", slug)
        json.field("name", name)
        json.field("boundary", RawJSON(unsafeJSON: Array(boundary.utf8)))
      }
    }
    items[.rules] = Self.numbered(
      try await transaction.query(KeptRule.all).map { row in
        let rule = try KeptRule(row)
        return try Self.item(rule.name) { rule.write(to: &$0) }
          .without(["id", "version", "broken", "assignee", "notify_person"])
      })
  }

  private static func item(_ key: String, _ write: (inout JSONObjectWriter) -> Void) throws -> Item {
    var json = JSONWriter()
    json.object(write)
    return Item(key: key, value: try JSONValue.parse(json.bytes))
  }

  /// Names that stand several times are told apart by their number.
  private static func numbered(_ items: [Item]) -> [Item] {
    var counts: [String: Int] = [:]
    return items.map { item in
      counts[item.key, default: 0] += 1
      return Item(key: numbered(item.key, counts[item.key] ?? 1), value: item.value)
    }
  }

  static func numbered(_ name: String, _ number: Int) -> String { number == 1 ? name : "\(name) #\(number)" }

  /// The file.
  var bytes: [UInt8] {
    var json = JSONWriter(capacity: 64 << 10)
    json.object { file in
      file.field(Self.mark, Self.version)
      for section in Section.allCases {
        let values = (items[section] ?? []).map(\.value)
        if section.isSingle {
          if let value = values.first { file.field(section.rawValue, value) }
        } else {
          file.array(section.rawValue, values)
        }
      }
    }
    return json.bytes
  }
}

extension TownshipConfiguration.Item {
  fileprivate func without(_ names: Set<String>) -> Self { .init(key: key, value: value.without(names)) }
}

extension JSONValue {
  /// The same without the members of these names, at whatever depth.
  fileprivate func without(_ names: Set<String>) -> JSONValue {
    if let list = array { return .array(list.map { $0.without(names) }) }
    guard let object else { return self }
    return .object(
      JSONObject(
        members: object.members.filter { !names.contains($0.key) }
          .map { .init(key: $0.key, value: $0.value.without(names)) }))
  }
}

/// What bringing in a file changed, or would change.
struct ConfigurationOutcome: Sendable {
  typealias Section = TownshipConfiguration.Section

  struct Change: Sendable {
    let section: Section
    /// A slug, a name, or `order`.
    let name: String
    let isNew: Bool
  }

  let isDryRun: Bool
  private(set) var changes: [Change] = []
  /// Of the file, by section.
  private(set) var unchanged: [Section: Int] = [:]

  /// - Parameter named: what the file speaks of, in its order.
  init(
    from old: TownshipConfiguration, to new: TownshipConfiguration, named: [Section: [String]], isDryRun: Bool
  ) {
    self.isDryRun = isDryRun
    for section in Section.allCases {
      let before = Dictionary((old.items[section] ?? []).map { ($0.key, $0.value) }) { $1 }
      let after = Dictionary((new.items[section] ?? []).map { ($0.key, $0.value) }) { $1 }
      for key in named[section] ?? [] {
        if before[key] == after[key] {
          unchanged[section, default: 0] += 1
        } else {
          changes.append(Change(section: section, name: key, isNew: before[key] == nil))
        }
      }
      let kept = { (items: [TownshipConfiguration.Item]?) in (items ?? []).map(\.key).filter { before[$0] != nil } }
      if kept(old.items[section]) != kept(new.items[section]) {
        changes.append(Change(section: section, name: "order", isNew: false))
      }
    }
  }

  func count(_ section: Section, isNew: Bool) -> Int {
    changes.filter { $0.section == section && $0.isNew == isNew }.count
  }

  func write(to json: inout JSONObjectWriter) {
    json.field("dry_run", isDryRun)
    json.object("sections") { list in
      for section in Section.allCases {
        list.object(section.rawValue) { json in
          json.field("added", count(section, isNew: true))
          json.field("changed", count(section, isNew: false))
          json.field("unchanged", unchanged[section] ?? 0)
        }
      }
    }
    json.array("changes") { array in
      for change in changes.prefix(Self.shown) {
        array.object { json in
          json.field("section", change.section.rawValue)
          json.field("name", change.name)
          json.field("change", change.isNew ? "added" : "changed")
        }
      }
    }
  }

  /// Changes that are told one by one.
  static let shown = 1000
}
