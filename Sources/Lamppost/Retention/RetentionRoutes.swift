import HTML
import HTTPServer
import JSON
import Localization

/// What is due, by API, and asking for it to be done now.
enum RetentionRoutes {
  static func due(_ request: Request, _ context: Context) async throws -> Response {
    let due = try await context.application.retention.due(tenantID: context.actor.tenant.id)
    return .list(due, nextCursor: nil) { json, item in item.write(to: &json) }
  }

  static func run(_ request: Request, _ context: Context) async throws -> Response {
    try await context.askForRetention()
    return .json(.accepted) { $0.field("received", true) }
  }
}

extension Context {
  fileprivate func askForRetention() async throws {
    guard actor.may(.manageCategories) else { throw Problem(.forbidden) }
    try await application.database.tenant(actor.tenant.id).write { transaction in
      try await transaction.execute(Retention.request)
      try await transaction.execute(
        AuditEvent(.changed, "retention", by: actor.person?.id, note: "to be done now").insertion)
    }
  }
}

/// The same as a page: what would go, before it goes.
enum RetentionPage {
  static func show(_ request: Request, _ context: Context) async throws -> Response {
    let t = context.t
    let due = try await context.application.retention.due(tenantID: context.actor.tenant.id)
    let total = due.reduce(0) { $0 + $1.anonymizing + $1.deleting }
    let done: HTML? =
      request.query["done"] == nil
      ? nil : Notice.done(t("It is being done. It may take some minutes."))
    let table: HTML =
      due.isEmpty
      ? "<p class=\"empty card\">\(t("Every category keeps its reports for ever. Set a time on the category's page."))</p>"
      : """
      <div class="scroll" tabindex="0" role="region" aria-label="\(t("What is due"))"><table id="due">
      <thead><tr><th scope="col">\(t("Category"))</th><th scope="col" class="number">\(t("Anonymous after"))</th>\
      <th scope="col" class="number">\(t("Deleted after"))</th><th scope="col" class="number">\(t("To be made anonymous now"))</th>\
      <th scope="col" class="number">\(t("To be deleted now"))</th><th scope="col">\(t("The oldest of them"))</th></tr></thead>
      <tbody>
      \(due.map { row($0, t) })</tbody></table></div>
      """
    let form: HTML? =
      total == 0
      ? nil
      : """
      <form method="post" action="\(Paths.retentionPage())">\(context.hiddenToken)
      <p>\(t("What is done cannot be undone."))</p>
      <button class="danger">\(t("Do it now"))</button></form>
      """
    return Page(
      title: t("Keeping and deleting"), width: .wide, isPrivate: true,
      main: """
        \(AdministrationPage.back(Paths.administration(), t("Administration")))\
        <h1>\(t("Keeping and deleting"))</h1>
        \(done)<p>\(t("Closed reports are made anonymous, then deleted, as long after their end as their category says. It happens by itself every hour; this is what is due now."))</p>
        \(table)
        \(form)
        """
    ).response(context)
  }

  private static func row(_ due: Retention.Due, _ t: Translator) -> HTML {
    func days(_ count: Int?) -> HTML {
      HTML(text: count.map { t.plural("{count} day", "{count} days", $0) } ?? t("never"))
    }
    return """
      <tr><th scope="row"><a href="\(Paths.adminCategory(due.category))">\(due.name)</a></th>\
      <td class="number">\(days(due.anonymizeAfterDays))</td><td class="number">\(days(due.deleteAfterDays))</td>\
      <td class="number">\(t.number(due.anonymizing))</td><td class="number">\(t.number(due.deleting))</td>\
      <td>\(due.references.joined(separator: ", "))</td></tr>

      """
  }

  static func submit(_ request: Request, _ context: Context) async throws -> Response {
    _ = try context.postedForm()
    try await context.askForRetention()
    return .redirect(to: Paths.retentionPage() + "?done=1")
  }
}
