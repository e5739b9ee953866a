import Civic
import Credentials
import HTML
import HTTPServer
import PostgreSQL

/// The page on which a citizen reports: one form, whole and working without any script.
enum ReportPage {
  static func show(_ request: Request, _ context: Context) async throws -> Response {
    let categories = try await context.application.listCategories(tenant: context.actor.tenant)
    let draft = try await known(from: request.query, categories, context)
    return view(draft, context).page().response(context)
  }

  /// A form that knows what the address says: a place of the map (`at`, latitude and longitude) and a `category`. What
  /// makes no sense is left out.
  private static func known(
    from query: Query, _ categories: [ListCategories.Item], _ context: Context
  ) async throws -> ReportDraft {
    var fields: [(name: String, value: String)] = []
    if let category = query["category"], categories.contains(where: { $0.slug == category }) {
      fields.append(("category", category))
    }
    if let at = query["at"].flatMap(Coordinate.init(latitudeLongitude:)) {
      let street = try await context.application.findPlaces.nearest(to: at, as: context.actor)
      let address = street.map { context.t("Near {street}", ["street": $0]) } ?? "\(at.latitude), \(at.longitude)"
      fields.append(("spot", "\(at.latitude),\(at.longitude),0;\(address)"))
    }
    // From the help desk: a report for somebody who calls.
    if query["who"] == "caller" && context.actor.may(.reportForOthers) { fields.append(("who", "caller")) }
    return ReportDraft(PageForm(fields), categories: categories, key: ReportDraft.newKey(), files: [])
  }

  static func submit(_ request: Request, _ context: Context) async throws -> Response {
    let draft = try await draft(context)
    do {
      let action = draft.form["action"]
      // What only looks for a place costs little; what brings files waits its turn.
      if action != "find" || !draft.newFiles.isEmpty { try await context.limitReports() }
      if action == "find" || action == "edit" {
        return view(try await found(draft, context), context).page().response(context)
      }
      return try await send(draft, context)
    } catch let problem as Problem where [409, 422, 429].contains(problem.code.status.code) {
      return try await refused(problem, draft, context)
    }
  }

  /// Stores the report and leads its reporter to where it can be followed.
  private static func send(_ draft: ReportDraft, _ context: Context) async throws -> Response {
    let input = ObjectInput(draft.json())
    let report: NewRequest
    var errors = draft.formErrors(isSignedIn: context.actor.person != nil)
    do throws(Problem) {
      report = try NewRequest(input)
    } catch {
      throw Problem.fields(error.errors + errors)
    }
    errors += try await context.application.checkReport(report, as: context.actor)
    if !errors.isEmpty { throw Problem.fields(errors) }
    // Pointed out once; sent again as it is, it is sent.
    if draft.form["details_seen"] != "true", !draft.personalDetails.isEmpty {
      return view(draft, context, pointsOut: true).page().response(context)
    }
    if let question = try await askForSimilar(report, draft, context) { return question }
    // Sent again by whoever never saw the answer, it is the same report, though the scan has taken its files by now.
    let sent = draft.heldFiles + draft.newFiles
    let content = input.canonicalBytes + ReceivedForm(fields: [:], files: sent).canonicalBytes
    let claim = try IdempotencyClaim(
      key: draft.key, actor: context.actor, scope: ReportRoutes.submitScope, content: content,
      secret: context.application.secret)
    let receipt: SubmitRequest.Receipt
    do {
      receipt = try await context.application.submitRequest(
        report, files: draft.files, claim: claim, language: context.language, as: context.actor)
    } catch let error as DatabaseError where error.isUniqueViolation(constraint: "attachments_pkey") {
      // The held files are those of a report already, which the same form made for somebody else.
      throw Problem(.idempotencyConflict)
    }
    // Files that were held before are those of the report that stands.
    if receipt.isReplay { context.application.quarantine.discard(draft.newFiles) }
    let path =
      receipt.trackingCode.map { Paths.trackPage($0.text) }
      ?? Reference(receipt.reference).map { Paths.requestPage($0) } ?? Paths.home()
    return .redirect(to: path + "?sent=1")
  }

  /// "Is it one of these?", asked once, before the report is stored.
  private static func askForSimilar(
    _ report: NewRequest, _ draft: ReportDraft, _ context: Context
  ) async throws -> Response? {
    guard draft.form["similar_seen"] != "true", let location = report.location else { return nil }
    let sample = SimilarRequests.Sample(
      location: location, category: report.category, title: report.title, description: report.description)
    let similar = try await context.application.similarRequests(sample, as: context.actor.beyondLimits)
    if similar.isEmpty { return nil }
    return SimilarPage(similar: similar, draft: draft, sealedFiles: sealed(draft, context), context: context)
      .page.response(context)
  }

  /// The form again, with everything that was entered and what is wrong with it.
  private static func refused(_ problem: Problem, _ draft: ReportDraft, _ context: Context) async throws -> Response {
    var draft = draft
    var problem = problem
    if problem.code == .idempotencyConflict {
      // Sent once already, then changed and sent again: a second report is made only by a second press.
      draft = ReportDraft(draft.form, categories: draft.categories, key: ReportDraft.newKey(), files: draft.newFiles)
      problem = Problem(.conflict, "This report was already sent. Send it again only if it is another problem.")
    }
    if problem.code == .rateLimited {
      context.application.quarantine.discard(draft.newFiles)
      let kept = draft.files.filter { file in !draft.newFiles.contains { $0.id == file.id } }
      draft = ReportDraft(draft.form, categories: draft.categories, key: draft.key, files: kept)
    }
    if problem.errors.contains(where: { $0.field == "location" }) || draft.form["spot"] != nil {
      draft = try await found(draft, context)
    }
    var page = view(draft, context, problem: problem).page()
    page.status = problem.code.status
    return page.response(context)
  }

  /// The draft with the places that fit what was typed.
  private static func found(_ draft: ReportDraft, _ context: Context) async throws -> ReportDraft {
    guard let typed = draft.form["street"] else { return draft }
    var draft = draft
    draft.places = try await context.application.findPlaces(typed, as: context.actor)
    return draft
  }

  private static func draft(_ context: Context) async throws -> ReportDraft {
    let form = try context.postedForm()
    let key = form["idempotency_key"].flatMap { (16...64).contains($0.utf8.count) ? $0 : nil } ?? ReportDraft.newKey()
    let room = waitingRoom(context)
    let dropped = Set(form.values("drop"))
    let held = (form["held"].map { room.open($0, form: formName(key, context)) } ?? []).filter {
      !dropped.contains($0.id.uuidString)
    }
    let files = held.filter(room.isThere) + form.files
    let maximum = context.application.quarantine.configuration.maximumFiles
    if files.count > maximum { throw Problem(.tooManyFiles, "There must not be more than \(maximum) files.") }
    let categories = try await context.application.listCategories(tenant: context.actor.tenant)
    var draft = ReportDraft(form, categories: categories, key: key, files: files)
    draft.heldFiles = held
    return draft
  }

  private static func view(_ draft: ReportDraft, _ context: Context, problem: Problem? = nil, pointsOut: Bool = false)
    -> ReportForm
  {
    var form = ReportForm(draft: draft, context: context, problem: problem, sealedFiles: sealed(draft, context))
    form.pointsOut = pointsOut
    return form
  }

  private static func sealed(_ draft: ReportDraft, _ context: Context) -> String? {
    draft.files.isEmpty ? nil : waitingRoom(context).seal(draft.files, form: formName(draft.key, context))
  }

  private static func waitingRoom(_ context: Context) -> HeldFiles {
    HeldFiles(secret: context.application.secret, quarantine: context.application.quarantine)
  }

  private static func formName(_ key: String, _ context: Context) -> String { "\(context.actor.tenant.id)\n\(key)" }
}
