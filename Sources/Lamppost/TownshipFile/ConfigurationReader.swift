import Civic
import JSON
import PostgreSQL

/// Reads a configuration file section by section: everything that is wrong with it is gathered by the input, and what is
/// right becomes steps, in the order in which they are to be done.
struct ConfigurationReader {
  typealias Section = TownshipConfiguration.Section

  /// One thing of the file brought in.
  struct Step: Sendable {
    let path: String
    let apply: @Sendable (Transaction) async throws -> Void
  }

  let old: TownshipConfiguration
  let actor: Actor
  private(set) var steps: [Step] = []
  /// What the file speaks of, in its order.
  private(set) var named: [Section: [String]] = [:]
  private var settings: (Tenant, DeadlineSettings)?
  private var categories: [String: KeptCategory] = [:]
  private var calendars: [String: KeptCalendar] = [:]
  private var rules: [String: KeptRule] = [:]
  private var templates: [String: Int] = [:]

  init(old: TownshipConfiguration, by actor: Actor) { (self.old, self.actor) = (old, actor) }

  /// What stands there now, for changes to be made of it.
  mutating func load(in transaction: Transaction) async throws {
    let id = actor.tenant.id
    let rows = try await transaction.queryAll([
      "SELECT \(Tenant.columns) FROM tenants WHERE id = \(id)",
      "SELECT \(DeadlineSettings.columns) FROM tenants WHERE id = \(id)", KeptCategory.all + " FOR UPDATE OF kept",
      "SELECT \(KeptCalendar.columns) FROM calendars k", KeptRule.all, ReplyTemplates.query(),
    ])
    guard let row = rows[0].first, let deadlines = rows[1].first else { throw Problem.notFound }
    let tenant = try Tenant(id: id, row)
    settings = (tenant, try DeadlineSettings(deadlines))
    categories = try Dictionary(rows[2].map(KeptCategory.init).map { ($0.slug, $0) }) { $1 }
    calendars = try Dictionary(rows[3].map(KeptCalendar.init).map { ($0.slug, $0) }) { $1 }
    for rule in try rows[4].map(KeptRule.init) { rules[Self.free(rule.name, rules)] = rule }
    for template in try rows[5].map(ReplyTemplate.init) { templates[Self.free(template.name, templates)] = template.id }
  }

  /// The key of the next one of this name.
  private static func free<Value>(_ name: String, _ taken: [String: Value]) -> String {
    var number = 1
    while taken[TownshipConfiguration.numbered(name, number)] != nil { number += 1 }
    return TownshipConfiguration.numbered(name, number)
  }

  mutating func read(_ input: inout ObjectInput) {
    let version = input.integer(TownshipConfiguration.mark)
    if version != TownshipConfiguration.version {
      input.refuse(
        TownshipConfiguration.mark, version == nil ? .required : .unknownOption,
        "must be \(TownshipConfiguration.version): this is no configuration file that is known here")
    }
    readSingles(&input)
    list(.departments, &input) { reader, item, _ in reader.department(&item) }
    list(.calendars, &input) { reader, item, _ in reader.calendar(&item) }
    list(.categories, &input) { reader, item, _ in reader.category(&item) }
    order(.categories) { try await ConfigurationOrder.categories($0, in: $1, by: $2) }
    list(.templates, &input) { reader, item, keys in reader.template(&item, keys) }
    list(.areas, &input) { reader, item, _ in reader.area(&item) }
    list(.rules, &input) { reader, item, keys in reader.rule(&item, keys) }
    order(.rules) { try await ConfigurationOrder.rules($0, in: $1, by: $2) }
  }

  // MARK: Single objects

  private mutating func readSingles(_ input: inout ObjectInput) {
    guard let (tenant, deadlines) = self.settings else { return }
    let actor = self.actor
    if let new = input.nested("settings", { Optional(TownshipSettings(&$0, changing: TownshipSettings(tenant))) }) {
      add(.settings, "settings") { try await ChangeSettings.write(new, by: actor, in: $0) }
    }
    if let new = input.nested("branding", { Optional(Branding(&$0, changing: Branding(tenant))) }) {
      add(.branding, "branding") { try await ChangeBranding.write(new, by: actor, in: $0) }
    }
    if let new = input.nested("workflow", { Optional(WorkflowSettings(&$0, changing: tenant.workflowSettings)) }) {
      add(.workflow, "workflow") { try await ChangeWorkflow.write(new, by: actor, in: $0) }
    }
    if let new = input.nested("deadlines", { Optional(DeadlineSettings(&$0, changing: deadlines)) }) {
      add(.deadlines, "deadlines") { try await KeepDeadlineSettings.write(new, by: actor, in: $0) }
    }
  }

  private mutating func add(
    _ section: Section, _ key: String, _ apply: @escaping @Sendable (Transaction) async throws -> Void
  ) {
    named[section, default: []].append(key)
    steps.append(Step(path: section.rawValue, apply: apply))
  }

  // MARK: Lists

  /// What one entry of a list comes to: its key, and how it is brought in.
  typealias Entry = (key: String, apply: @Sendable (Transaction) async throws -> Void)

  /// Reads a list; what stands there as the file says it is passed over.
  private mutating func list(
    _ section: Section, _ input: inout ObjectInput,
    _ read: (inout ConfigurationReader, inout ObjectInput, Set<String>) -> Entry?
  ) {
    let raw = input.value(section.rawValue)?.array ?? []
    let known = Dictionary((old.items[section] ?? []).map { ($0.key, $0.value) }) { $1 }
    var reader = self
    var keys: Set<String> = []
    var index = -1
    _ = input.objects(section.rawValue, limit: ImportConfiguration.limit) { item in
      index += 1
      // The numbers are those of the file, also where an element before was no object.
      while index < raw.count, raw[index].object == nil { index += 1 }
      guard let entry = read(&reader, &item, keys) else { return }
      if !keys.insert(entry.key).inserted {
        item.refuse("slug", .nameTaken, "stands twice")
        return
      }
      reader.named[section, default: []].append(entry.key)
      if known[entry.key] == raw[index] { return }
      reader.steps.append(Step(path: "\(section.rawValue).\(index)", apply: entry.apply))
    }
    self = reader
  }

  /// Puts the things of the file into its order, before all others; where they stand so already nothing is moved.
  private mutating func order(
    _ section: Section, _ apply: @escaping @Sendable ([String], Transaction, Actor) async throws -> Void
  ) {
    guard let keys = named[section] else { return }
    let actor = self.actor
    steps.append(Step(path: section.rawValue) { try await apply(keys, $0, actor) })
  }

  private func department(_ item: inout ObjectInput) -> Entry? {
    let slug = item.slug("slug")
    let known = old.items[.departments]?.first { $0.key == slug }?.value
    var name = known?["name"]?.string ?? ""
    if item.has("name") || known == nil { name = item.requiredText("name", maximum: Departments.longestName) }
    let isActive = item.bool("active") ?? known?["active"]?.bool ?? true
    let kept = name
    let actor = self.actor
    return (
      slug, { try await ConfigurationRows.put(department: slug, name: kept, isActive: isActive, by: actor, in: $0) }
    )
  }

  private func calendar(_ item: inout ObjectInput) -> Entry? {
    let slug = item.slug("slug")
    let new = CalendarInput(reading: &item, changing: calendars[slug])
    let actor = self.actor
    return (slug, { try await ConfigurationRows.put(calendar: slug, new, by: actor, in: $0) })
  }

  private func category(_ item: inout ObjectInput) -> Entry? {
    let slug = item.slug("slug")
    let old = categories[slug]
    let new = KeptCategory(&item, changing: old ?? .blank)
    let actor = self.actor
    return (
      slug,
      { transaction in
        if let old {
          _ = try await ChangeCategory.update(old, to: new, by: actor, in: transaction)
        } else {
          let last: Int = try await transaction.query("SELECT coalesce(max(sort), 0) FROM categories").first!.get(0)
          _ = try await ChangeCategory.insert(new, sort: last + 1, by: actor, in: transaction)
        }
      }
    )
  }

  private func template(_ item: inout ObjectInput, _ keys: Set<String>) -> Entry? {
    let name = item.requiredText("name", maximum: ReplyTemplate.longestName)
    let body = item.requiredText("body", maximum: 10_000)
    let visibility = item.requiredOption("visibility", Visibility.allCases, name: \.rawValue)
    let key = Self.free(name, Dictionary(keys.map { ($0, true) }) { $1 })
    let (id, actor) = (templates[key], self.actor)
    return (
      key,
      {
        try await ConfigurationRows.put(
          template: id, name: name, body: body, visibility: visibility, by: actor, in: $0)
      }
    )
  }

  private func area(_ item: inout ObjectInput) -> Entry? {
    let layer = item.requiredText("layer", maximum: 63)
    if !layer.isEmpty && layer != Slug.of(layer, limit: 63) {
      item.refuse("layer", .invalidFormat, "must be of small letters, digits and hyphens")
    }
    let slug = item.slug("slug")
    let name = item.requiredText("name", maximum: 200)
    var boundary = ""
    if let value = item.value("boundary") {
      do throws(RowError) { boundary = try GeoJSONAreas.surface(value) } catch {
        item.refuse("boundary", .invalidFormat, error.sentence)
      }
    } else {
      item.refuse("boundary", .required, "is required")
    }
    let (geometry, actor) = (boundary, self.actor)
    return (
      layer + ":" + slug,
      { try await ConfigurationRows.put(area: slug, layer, name: name, boundary: geometry, by: actor, in: $0) }
    )
  }

  private func rule(_ item: inout ObjectInput, _ keys: Set<String>) -> Entry? {
    let name = item.requiredText("name", maximum: KeptRule.longestName)
    let key = Self.free(name, Dictionary(keys.map { ($0, true) }) { $1 })
    let old = rules[key]
    let new = KeptRule(&item, changing: old ?? .blank)
    if new.assignee != old?.assignee { item.refuse("then.assignee", .unknownField, "people do not stand in the file") }
    if new.notifyPerson != old?.notifyPerson {
      item.refuse("then.notify_person", .unknownField, "people do not stand in the file")
    }
    let actor = self.actor
    return (key, { try await RoutingRules.put(new, changing: old, by: actor, in: $0) })
  }
}

extension ObjectInput {
  /// A word for addresses, which must be said.
  fileprivate mutating func slug(_ key: String) -> String {
    let slug = requiredText(key, maximum: 100)
    if !slug.isEmpty && (slug != Slug.of(slug) || slug.hasPrefix("-")) && !Self.isSlug(slug) {
      refuse(key, .invalidFormat, "must be of small letters, digits and hyphens")
    }
    return slug
  }

  private static func isSlug(_ text: String) -> Bool {
    !text.hasPrefix("-")
      && text.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
  }
}
