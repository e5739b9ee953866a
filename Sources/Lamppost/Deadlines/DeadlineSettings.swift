import Civic
import HTML
import HTTPServer
import JSON
import Localization
import PostgreSQL

/// When a township is warned of its targets, and who hears of those it missed.
struct DeadlineSettings: Sendable {
  /// Percent of a target's time, 1 to 99.
  let warningPercent: Int
  let escalationRole: Role

  static let columns: SQL = "warning_percent::int, escalation_role"
  /// Who can be told.
  static let roles = Role.allCases.filter { $0.takesRequests && $0 != .operator }

  init(_ row: Row) throws {
    warningPercent = try row.get(0)
    escalationRole = try row.word(1)
  }

  /// Reads a change of `old`; what is left out stays as it is.
  init(_ input: inout ObjectInput, changing old: DeadlineSettings) {
    warningPercent = input.integer("warning_percent") ?? old.warningPercent
    if !(1...99).contains(warningPercent) {
      input.refuse("warning_percent", .outOfRange, "must be from 1 to 99")
    }
    escalationRole = input.option("escalation_role", Self.roles, name: \.rawValue) ?? old.escalationRole
  }

  func write(to json: inout JSONObjectWriter) {
    json.field("warning_percent", warningPercent)
    json.field("escalation_role", escalationRole.rawValue)
  }
}

/// Keeps them.
struct KeepDeadlineSettings: Sendable {
  let database: Database

  func read(as actor: Actor) async throws -> Versioned<DeadlineSettings> {
    let id = actor.tenant.id
    let rows = try await database.withoutReplica.tenant(id).read(Self.query(id))
    guard let row = rows.first else { throw Problem.notFound }
    return try Self.versioned(row)
  }

  private static func query(_ id: Int) -> SQL {
    "SELECT \(DeadlineSettings.columns), version FROM tenants WHERE id = \(id)"
  }

  private static func versioned(_ row: Row) throws -> Versioned<DeadlineSettings> {
    Versioned(value: try DeadlineSettings(row), version: try row.get(2))
  }

  private static let row: SQL = """
    jsonb_build_object('warning_percent', warning_percent, 'escalation_role', escalation_role)::text
    """

  /// Targets that are promised already are warned of when they were to be.
  /// - Parameter ifMatch: the version that the change is meant for; nil for any.
  /// - Throws: `forbidden`, `version_mismatch`, and what `change` throws.
  func callAsFunction(
    ifMatch: Int?, as actor: Actor, change: @Sendable (DeadlineSettings) throws -> DeadlineSettings
  ) async throws -> Versioned<DeadlineSettings> {
    guard actor.may(.manageCategories) else { throw Problem(.forbidden) }
    let id = actor.tenant.id
    return try await database.tenant(id).write { transaction in
      guard let row = try await transaction.query(Self.query(id) + " FOR NO KEY UPDATE").first else {
        throw Problem.notFound
      }
      let old = try Self.versioned(row)
      if let ifMatch, ifMatch != old.version { throw Problem(.versionMismatch) }
      try await Self.write(try change(old.value), by: actor, in: transaction)
      guard let now = try await transaction.query(Self.query(id)).first else { throw Problem.notFound }
      return try Self.versioned(now)
    }
  }

  /// In the transaction of the change.
  static func write(_ new: DeadlineSettings, by actor: Actor, in transaction: Transaction) async throws {
    let id = actor.tenant.id
    let before = try await transaction.query("SELECT \(row) FROM tenants WHERE id = \(id)")
    let after = try await transaction.query(
      """
      UPDATE tenants SET warning_percent = \(Int16(new.warningPercent)), escalation_role = \(new.escalationRole.rawValue)
       WHERE id = \(id) RETURNING \(row)
      """)
    guard let old = before.first, let stored = after.first else { throw Problem.notFound }
    try await transaction.execute(
      AdministrationEvent.insertion("deadlines", before: try old.get(0), after: try stored.get(0), by: actor))
  }
}

enum DeadlineSettingsRoutes {
  static func read(_ request: Request, _ context: Context) async throws -> Response {
    try await context.application.deadlineSettings.read(as: context.actor).answer { $0.write(to: &$1) }
  }

  static func change(_ request: Request, _ context: Context) async throws -> Response {
    let input = try await request.input()
    let settings = try await context.application.deadlineSettings(
      ifMatch: try request.ifMatch(), as: context.actor
    ) { old in
      var input = input
      let new = DeadlineSettings(&input, changing: old)
      try input.finish()
      return new
    }
    return settings.answer { $0.write(to: &$1) }
  }
}

/// The same as a form.
enum DeadlineSettingsPage {
  static func show(_ request: Request, _ context: Context) async throws -> Response {
    let kept = try await context.application.deadlineSettings.read(as: context.actor)
    let settings = kept.value
    var fields = FormFields(context.t)
    fields.entered = [
      "warning_percent": ["\(settings.warningPercent)"], "escalation_role": [settings.escalationRole.rawValue],
    ]
    return page(context, fields, kept.version, AdministrationPage.saved(request, context.t)).response(context)
  }

  static func submit(_ request: Request, _ context: Context) async throws -> Response {
    let form = try context.postedForm()
    do {
      _ = try await context.application.deadlineSettings(ifMatch: form.shownVersion, as: context.actor) { old in
        var input = ObjectInput(form.object(texts: ["escalation_role"], numbers: ["warning_percent"]))
        if !form.has("warning_percent") || form["warning_percent"] == nil {
          input.refuse("warning_percent", .required, "is required")
        }
        let new = DeadlineSettings(&input, changing: old)
        try input.finish()
        return new
      }
      return .redirect(to: Paths.deadlineSettingsPage() + "?done=1")
    } catch let problem as Problem where [412, 422].contains(problem.code.status.code) {
      let isLate = problem.code == .versionMismatch
      let now = try await context.application.deadlineSettings.read(as: context.actor)
      // Sent once more, it is meant for what stands there now.
      var shown = page(
        context, FormFields(context.t, form, problem: isLate ? nil : problem),
        isLate ? now.version : form.shownVersion ?? now.version,
        isLate ? AdministrationPage.overtaken(Paths.deadlineSettingsPage(), context.t) : nil)
      shown.status = problem.code.status
      return shown.response(context)
    }
  }

  private static func page(_ context: Context, _ fields: FormFields, _ version: Int, _ notice: HTML?) -> Page {
    let t = context.t
    let labels = [
      "warning_percent": t("Warn after this share of the time, in percent"),
      "escalation_role": t("Who hears of a target that was missed"),
    ]
    return Page(
      title: t("Warnings of target dates"), isPrivate: true,
      main: """
        \(AdministrationPage.back(Paths.administration(), t("Administration")))\
        \(fields.summary { labels[$0] })<h1>\(t("Warnings of target dates"))</h1>
        \(notice)\
        <p>\(t("Before a target date passes, those who work on the request are told; when it has passed, everybody of the role below. Each once, by mail."))</p>
        <form method="post" action="\(Paths.deadlineSettingsPage())" novalidate data-guard>\(context.hiddenToken)\
        <input type="hidden" name="version" value="\(version)">
        \(fields.text("warning_percent", labels["warning_percent"]!,
          .init(hint: t("From 1 to 99, e.g. 80. It holds for reports that are made from now on."), inputMode: "numeric",
            maximumLength: 2)))\
        \(fields.select("escalation_role", labels["escalation_role"]!,
          DeadlineSettings.roles.map { ($0.rawValue, $0.title(t)) }))\
        <button>\(t("Save"))</button>
        </form>
        """)
  }
}
