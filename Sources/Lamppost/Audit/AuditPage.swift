import Civic
import FoundationEssentials
import HTML
import HTTPServer
import JSON
import Localization

/// The audit log to read and filter, and as a file.
struct AuditPage {
  let context: Context
  /// What the address asks for, without what is empty.
  let query: Query
  let staff: [StaffMember]
  let state: AuditState

  private var t: Translator { context.t }
  private var words: AuditWords { AuditWords(t: t) }

  static func show(_ request: Request, _ context: Context) async throws -> Response {
    let application = context.application
    let page = AuditPage(
      context: context,
      query: Query(request.query.withoutEmpty.filter { AuditFilter.names.contains($0.name) }.map { $0 }),
      staff: try await application.listStaff(beginning: nil, after: 0, limit: 1000, as: context.actor),
      state: try await AuditState.read(application.database, as: context.actor))
    do {
      let found = try await application.listAudit(
        try AuditFilter(page.query), list: page.query.listName, cursor: request.query["cursor"], limit: 50,
        as: context.actor)
      return page.document(found, nil).response(context)
    } catch let problem as Problem where problem.code == .invalidParameter {
      // The form comes back with what was entered.
      var document = page.document(nil, problem)
      document.status = .unprocessableContent
      return document.response(context)
    }
  }

  private func document(_ found: ListAudit.Page?, _ problem: Problem?) -> Page {
    var fields = FormFields(t, problem: problem)
    fields.entered = Dictionary(query.map { ($0.name, [$0.value]) }) { first, _ in first }
    let labels = [
      "who": t("Who"), "kind": t("What happened"), "subject": t("About"), "from": t("From"), "to": t("To"),
    ]
    return Page(
      title: t("Audit log"), width: .wide, styles: ["dashboard"], isPrivate: true,
      main: """
        \(context.actor.may(.manageCategories)
          ? AdministrationPage.back(Paths.administration(), t("Administration")) : nil)\
        \(fields.summary { labels[$0] })<h1>\(t("Audit log"))</h1>
        <p>\(t("Who signed in, took data out, or changed what the township offers. Each row is sealed: nothing can be changed or removed without a trace."))</p>
        \(status)\(filters(fields, labels))\(found.map(results))
        """)
  }

  private var status: HTML {
    let sealed =
      state.seal.map {
        t("Last sealed {time} (seal {number}).", ["time": t.dateAndTime($0.at), "number": t.number($0.number)])
      }
      ?? t("Not sealed yet.")
    let verified: String =
      if let last = state.verification {
        last.damages == 0
          ? t("Last verified {time}: everything is whole.", ["time": t.dateAndTime(last.at)])
          : t.plural(
            "Last verified {time}: {count} damage was found.", "Last verified {time}: {count} damages were found.",
            last.damages, ["time": t.dateAndTime(last.at)])
      } else {
        t("Never verified: “lamppost audit verify” goes through every row.")
      }
    let isBad = (state.verification?.damages ?? 0) > 0
    return """
      <p class="notice\(isBad ? " bad" : "")" id="audit-state">\(sealed) \(verified)</p>

      """
  }

  private func filters(_ fields: FormFields, _ labels: [String: String]) -> HTML {
    let chosen = query["who"] ?? ""
    var people = [("", t("Anybody")), ("none", t("Nobody who was signed in"))] + staff.map { ("\($0.id)", $0.name) }
    if !people.contains(where: { $0.0 == chosen }) {
      people.append((chosen, t("Person {number}", ["number": chosen])))
    }
    let kinds = [("", t("Anything"))] + AuditEvent.Kind.allCases.map { ($0.rawValue, words.title($0)) }
    return """
      <form method="get" action="\(Paths.auditPage())" id="audit-filter" class="dashboard-filter card" \
      aria-label="\(t("What to show"))">
      \(fields.select("who", labels["who"]!, people))\
      \(fields.select("kind", labels["kind"]!, kinds))\
      \(fields.text("subject", labels["subject"]!, .init(maximumLength: AuditFilter.longestSubject)))\
      \(fields.text("from", labels["from"]!, .init(type: "date")))\
      \(fields.text("to", labels["to"]!, .init(type: "date")))\
      <button>\(t("Show"))</button>
      </form>

      """
  }

  private func results(_ found: ListAudit.Page) -> HTML {
    if found.entries.isEmpty {
      return """
        <div class="empty" id="audit-empty"><h2>\(t("Nothing here"))</h2>
        <p>\(query.isEmpty ? t("Nothing has happened yet.") : t("Nothing in the log fits what you asked for."))</p>
        \(query.isEmpty ? nil : "<p><a href=\"\(Paths.auditPage())\">\(t("Show everything"))</a></p>\n" as HTML)</div>
        """
    }
    let zone = t("Times are those of {zone}.", ["zone": context.actor.tenant.timeZone.identifier])
    return """
      <p class="hint">\(zone)</p>
      \(Self.table(found.entries, id: "audit", label: t("Audit log"), words, canFilter: true))
      <p class="actions">\(found.nextCursor.map { cursor in
        "<a class=\"button quiet\" rel=\"next\" href=\"\(link(Paths.auditPage(), cursor: cursor))\">\(t("Older"))</a> " as HTML
      })<a class="button quiet" href="\(link(Paths.auditExport()))" download>\(t("Download as a table (CSV)"))</a></p>
      <p class="hint">\(t("The download is written into the log, too. It holds the latest {count} rows at most.",
        ["count": t.number(AuditExport.limit)]))</p>
      """
  }

  private func link(_ path: String, cursor: String? = nil) -> String {
    var pairs = query.map { (name: $0.name, value: $0.value) }
    if let cursor { pairs.append(("cursor", cursor)) }
    return pairs.isEmpty ? path : path + "?" + Query(pairs).encoded
  }

  /// - Parameter canFilter: whether a name leads to everything that its person did.
  static func table(
    _ entries: [AuditEntry], id: String, label: String, _ words: AuditWords, canFilter: Bool
  ) -> HTML {
    let t = words.t
    return """
      <div class="scroll" tabindex="0" role="region" aria-label="\(label)"><table id="\(id)" class="rows audit">
      <thead><tr><th scope="col">\(t("When"))</th><th scope="col">\(t("Who"))</th><th scope="col">\(t("What"))</th>\
      <th scope="col">\(t("About"))</th><th scope="col">\(t("From and to"))</th></tr></thead>
      <tbody>
      \(entries.map { entry in
        """
        <tr><td><time datetime="\(RFC3339.format(entry.at))">\(t.dateAndTime(entry.at))</time></td>\
        <td>\(who(entry, words, canFilter))</td>\
        <td>\(words.title(entry))</td>\
        <td>\(words.subject(entry))</td>\
        <td class="from-to">\(words.details(entry))</td></tr>

        """ as HTML
      })</tbody></table></div>
      """
  }

  private static func who(_ entry: AuditEntry, _ words: AuditWords, _ canFilter: Bool) -> HTML {
    guard canFilter, let id = entry.actorID else { return HTML(text: words.who(entry)) }
    return "<a href=\"\(Paths.auditPage())?who=\(id)\">\(words.who(entry))</a>"
  }
}

/// The audit log for spreadsheets.
enum AuditExport {
  /// Rows in one file.
  static let limit = 20_000

  static func download(_ request: Request, _ context: Context) async throws -> Response {
    let t = context.t
    let query = Query(request.query.withoutEmpty.filter { AuditFilter.names.contains($0.name) }.map { $0 })
    let filter = try AuditFilter(query)
    let words = AuditWords(t: t)
    // The mark tells spreadsheets that it is UTF-8.
    var text = "\u{FEFF}" + line([t("When"), t("Who"), t("What"), t("About"), t("From and to"), t("Number")])
    _ = try await context.application.listAudit.export(filter, limit: limit, as: context.actor) { entries in
      for entry in entries {
        let changes = words.changes(entry).map { change in
          "\(change.name): " + (change.before.map { "\($0) → " } ?? "") + (change.after ?? t("nothing"))
        }
        let details = entry.isErased ? [t("Contents erased for privacy")] : changes + (entry.note.map { [$0] } ?? [])
        text += line([
          RFC3339.format(entry.at), words.who(entry), words.title(entry), words.subject(entry),
          details.joined(separator: "; "), "\(entry.id)",
        ])
      }
    }
    var response = Response(.ok, contentType: "text/csv; charset=utf-8", bytes: Array(text.utf8))
    response.headers["Content-Disposition"] = "attachment; filename=\"audit-log.csv\""
    response.headers["Cache-Control"] = "private, no-store"
    return response
  }

  private static func line(_ values: [String]) -> String {
    values.map(DashboardExport.cell).joined(separator: ",") + "\r\n"
  }
}
