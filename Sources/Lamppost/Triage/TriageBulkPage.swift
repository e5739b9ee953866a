import Civic
import FoundationEssentials
import HTML
import HTTPServer
import JSON
import Localization

/// A bulk change without a script: what would happen, then the doing of it, then what was done, with its undo.
struct TriageBulkPage {
  let form: PageForm
  let context: Context

  private var t: Translator { context.t }

  func respond() async throws -> Response {
    if form["step"] == "undo" { return try await undo() }
    let query = try TriagePage.query(of: form, context)
    guard let kind = form["action"].flatMap(BulkAction.Kind.init(rawValue:)), kind != .undo else {
      return try await ask(.status, query, nil, problem: nil, said: t("Choose what is to be done."))
    }
    do {
      if form["step"] == "confirm" { return done(try await run(kind, query, isDryRun: false), query) }
      return try await ask(kind, query, try await run(kind, query, isDryRun: true), problem: nil)
    } catch let problem as Problem where problem.code.status.code == 422 {
      return try await ask(kind, query, nil, problem: problem, said: words(problem))
    } catch let problem as Problem where problem.code == .idempotencyConflict {
      // Gone back after it was done, and asked for something else.
      let outcome = try await run(kind, query, isDryRun: true)
      return try await ask(
        kind, query, outcome, problem: nil, key: ReportDraft.newKey(),
        said: t("This form has done its work already. Here is what would change now."))
    }
  }

  private func run(_ kind: BulkAction.Kind, _ query: TriageQuery, isDryRun: Bool) async throws -> BulkOutcome {
    let input = try input(kind, query, isDryRun: isDryRun)
    let claim = try IdempotencyClaim(
      key: form["idempotency_key"], actor: context.actor, scope: BulkRoutes.scope, content: input.canonicalBytes,
      secret: context.application.secret)
    return try await context.application.bulkChange(
      try BulkCall(input, as: context.actor), claim: claim, as: context.actor)
  }

  /// The form as the API's call, so that both are judged by the same rules.
  private func input(_ kind: BulkAction.Kind, _ query: TriageQuery, isDryRun: Bool) throws(Problem) -> ObjectInput {
    var members: [JSONObject.Member] = [.init(key: "dry_run", value: .bool(isDryRun))]
    if form["all"] == "true" {
      members.append(.init(key: "filter", value: .object(query.bulkFilter)))
    } else {
      let references = form.values("references")
      if references.isEmpty { throw Problem(.required) }
      members.append(.init(key: "references", value: .array(references.map(JSONValue.string))))
    }
    let versions = Self.changes(form["versions"])
    if !versions.isEmpty { members.append(.init(key: "versions", value: .array(versions.map(\.json)))) }
    members.append(.init(key: "action", value: .object(JSONObject(members: action(kind)))))
    return ObjectInput(JSONObject(members: members))
  }

  private func action(_ kind: BulkAction.Kind) -> [JSONObject.Member] {
    var members: [JSONObject.Member] = [.init(key: "type", value: .string(kind.rawValue))]
    func add(_ name: String, _ value: JSONValue?) { if let value { members.append(.init(key: name, value: value)) } }
    switch kind {
    case .assign:
      add(
        "assignee", form["assignee"].map { $0 == BulkForm.nobody ? .null : Int($0).map { .integer($0) } ?? .string($0) }
      )
      add("department", form["department"].map { $0 == BulkForm.nobody ? .null : .string($0) })
    case .status:
      for name in ["status", "reason", "note"] { add(name, form[name].map { .string($0) }) }
    case .categorize: add("category", form["category"].map { .string($0) })
    case .prioritize: add("priority", form["priority"].map { .string($0) })
    case .duplicate: add("of", (form["survivor"] ?? form["of"]).map { .string($0) })
    case .route, .undo: break
    }
    return members
  }

  /// What is wrong with the selection itself, which has no field.
  private func words(_ problem: Problem) -> String? {
    switch (problem.code, problem.errors.first?.field ?? "references") {
    case (.required, "references"): t("Select at least one request.")
    case (.tooMany, _):
      t("More than {count} requests match. Narrow the filter.", ["count": t.number(BulkChange.limit)])
    default: nil
    }
  }

  // MARK: Pages

  private var wordsOfFields: [String: String] {
    [
      "action.assignee": "assignee", "action.department": "department", "action.status": "status",
      "action.reason": "reason", "action.note": "note", "action.category": "category", "action.priority": "priority",
      "action.of": "of",
      "references": "", "filter": "",
    ]
  }

  /// What would happen, and whether it shall.
  private func ask(
    _ kind: BulkAction.Kind, _ query: TriageQuery, _ outcome: BulkOutcome?, problem: Problem?, key: String? = nil,
    said: String? = nil
  ) async throws -> Response {
    let choices = try await context.application.readTriage(as: context.actor)
    let workers = choices.staff.filter(\.takesRequests).map { (value: "\($0.id)", label: $0.name) }
    let bulk = BulkForm(
      t: t, choices: choices, workers: workers, workflow: context.actor.tenant.workflow, mayEdit: true, mayAssign: true,
      selected: kind == .duplicate ? try await selected() : [])
    var fields = FormFields(t, form, problem: said == nil ? problem : nil)
    fields.names = wordsOfFields
    let labels = [
      "assignee": t("Person"), "department": t("Department"), "status": t("New status"), "reason": t("Reason"),
      "note": t("What was done"), "category": t("New category"), "priority": t("New priority"),
      "of": t("The report that goes on"),
    ]
    let count = outcome?.changed.count ?? 0
    let mayGoOn = outcome.map { !$0.changed.isEmpty } ?? true
    return Page(
      title: bulk.title(kind), status: problem == nil && said == nil ? .ok : .unprocessableContent,
      styles: ["staff"], isPrivate: true,
      main: """
        \(fields.summary { labels[$0] })<h1>\(bulk.title(kind))</h1>
        \(said.map { "<div class=\"notice danger\" role=\"alert\"><p>\($0)</p></div>\n" as HTML })\
        \(outcome.map { tell($0) })
        <form method="post" action="\(Paths.triage())" id="bulk-confirm">\(context.hiddenToken)
        <input type="hidden" name="query" value="\(query.parameters.encoded)">
        <input type="hidden" name="action" value="\(kind.rawValue)">
        \(form["all"] == "true"
          ? "<input type=\"hidden\" name=\"all\" value=\"true\">" as HTML
          : "\(form.values("references").prefix(BulkSelection.referenceLimit + 1).map { "<input type=\"hidden\" name=\"references\" value=\"\($0)\">\n" as HTML })")
        <input type="hidden" name="idempotency_key" value="\(key ?? form["idempotency_key"] ?? ReportDraft.newKey())">
        \(outcome.map { "<input type=\"hidden\" name=\"versions\" value=\"\(Self.words($0.seen))\">\n" as HTML })\
        \(bulk.group(kind, fields, button: false))
        <p class="cluster">\(mayGoOn
          ? outcome == nil
            ? "<button name=\"step\" value=\"preview\">\(t("Preview the change"))</button>" as HTML
            : "<button name=\"step\" value=\"confirm\">\(t.plural("Change {count} request", "Change {count} requests", count))</button>"
          : nil) <a class="button quiet" href="\(query.link)">\(t("Back to the list"))</a></p>
        </form>
        """
    ).response(context)
  }

  /// How many of each fate, with a few examples.
  private func tell(_ outcome: BulkOutcome) -> HTML {
    let (changed, unchanged) = (outcome.changed.count, outcome.unchanged.count)
    let first =
      outcome.isDryRun
      ? t.plural("{count} request will change.", "{count} requests will change.", changed)
      : t.plural("{count} request was changed.", "{count} requests were changed.", changed)
    return """
      <div class="notice\(outcome.refused.isEmpty ? "" : " warn")" id="bulk-outcome">
      <p><strong>\(first)</strong></p>
      \(outcome.survivor.map { survivor in
        """
        <p>\(t("They become duplicates of {title}.", ["title": survivor.title])) \
        <a class="code" href="\(Paths.staffRequest(survivor.reference))">\(survivor.reference.description)</a></p>

        """ as HTML
      })\
      \(unchanged == 0 ? nil : "<p>\(t.plural("{count} stays as it is.", "{count} stay as they are.", unchanged))</p>" as HTML)
      \(outcome.refused.map { group in
        let reason = BulkForm.reason(group.code, t)
        let names = group.references.prefix(5).map(\.description).joined(separator: ", ")
        return """
          <p>\(t.plural("{count} cannot be changed: {reason}.", "{count} cannot be changed: {reason}.",
            group.references.count, ["reason": reason])) <span class="code">\(names)\
          \(group.references.count > 5 ? "…" : "")</span></p>

          """ as HTML
      })</div>

      """
  }

  private func done(_ outcome: BulkOutcome, _ query: TriageQuery) -> Response {
    Page(
      title: t("Done"), isPrivate: true,
      main: """
        <h1>\(t("Done"))</h1>
        \(tell(outcome))
        \(outcome.changed.isEmpty ? nil : undoForm(outcome, query))
        \(isRecategorized && !outcome.changed.isEmpty ? routeForm(outcome, query) : nil)
        <p><a class="button" href="\(query.link)">\(t("Back to the list"))</a></p>
        """
    ).response(context)
  }

  private var isRecategorized: Bool { form["action"] == BulkAction.Kind.categorize.rawValue }

  /// Another category may be another department's: offered for what was changed, as long as a form can name it all.
  private func routeForm(_ outcome: BulkOutcome, _ query: TriageQuery) -> HTML? {
    guard context.actor.may(.assign), outcome.changed.count <= BulkSelection.referenceLimit else { return nil }
    return """
      <form method="post" action="\(Paths.triage())" id="bulk-route">\(context.hiddenToken)
      <input type="hidden" name="query" value="\(query.parameters.encoded)">
      \(outcome.changed.map { "<input type=\"hidden\" name=\"references\" value=\"\($0.reference.description)\">\n" as HTML })\
      <p>\(t("The rules have not run again for the new category."))
      <button class="quiet" name="action" value="route">\(t("Route anew by the rules"))</button></p>
      </form>

      """
  }

  private func undoForm(_ outcome: BulkOutcome, _ query: TriageQuery) -> HTML {
    """
    <form method="post" action="\(Paths.triage())" id="bulk-undo">\(context.hiddenToken)
    <input type="hidden" name="query" value="\(query.parameters.encoded)">
    <input type="hidden" name="changes" value="\(Self.words(outcome.changed))">
    <p>\(t("You can take this back within half a minute."))</p>
    <p><button class="quiet" name="step" value="undo">\(t("Undo"))</button></p>
    </form>

    """
  }

  private func undo() async throws -> Response {
    let query = try TriagePage.query(of: form, context)
    let changes = Self.changes(form["changes"])
    if changes.isEmpty { throw Problem(.malformedRequest) }
    let outcome = try await context.application.bulkChange(BulkCall(undo: changes), as: context.actor)
    return Page(
      title: t("Undo"), isPrivate: true,
      main: """
        <h1>\(t("Taken back"))</h1>
        \(tell(outcome))
        <p><a class="button" href="\(query.link)">\(t("Back to the list"))</a></p>
        """
    ).response(context)
  }

  // MARK: What forms carry along

  /// How many of the selected are offered to go on.
  private static let choiceLimit = 50

  /// The selected with their titles, where they are not too many.
  private func selected() async throws -> [TriageChoices.Choice] {
    let references = form.values("references").prefix(Self.choiceLimit + 1).compactMap { Reference($0) }
    if form["all"] == "true" || references.isEmpty || references.count > Self.choiceLimit { return [] }
    return try await context.application.bulkChange.titles(of: references, as: context.actor).map {
      (value: $0.reference.description, label: "\($0.reference) · \($0.title)")
    }
  }

  private static func words(_ versions: [BulkAction.Change]) -> String {
    versions.map { "\($0.reference.stored):\($0.version)" }.joined(separator: " ")
  }

  private static func changes(_ words: String?) -> [BulkAction.Change] {
    (words ?? "").split(separator: " ").prefix(BulkChange.limit).compactMap { text in
      let parts = text.split(separator: ":")
      return parts.count == 2
        ? Reference(String(parts[0])).flatMap { name in
          Int(digits: parts[1]).map { BulkAction.Change(reference: name, version: $0) }
        } : nil
    }
  }
}

extension BulkAction.Change {
  fileprivate var json: JSONValue {
    .object(
      JSONObject(members: [
        .init(key: "reference", value: .string(reference.description)), .init(key: "version", value: .integer(version)),
      ]))
  }
}
