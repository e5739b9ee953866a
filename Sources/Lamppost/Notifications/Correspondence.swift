import FoundationEssentials
import Localization
import Outbound
import PostgreSQL
import TimeZones

/// How mail leaves the worker. Variables: `LAMPPOST_SMTP_URL`, `LAMPPOST_MAIL_FROM`, `LAMPPOST_URL`, `LAMPPOST_PUBLIC`.
struct MailConfiguration: Sendable {
  let mailer: Mailer
  let from: MailAddress
  let url: String
  let publicFolder: String

  /// - Returns: nil where no mail is sent, which is when the first two variables are empty.
  static func read(_ environment: inout EnvironmentReader) -> MailConfiguration? {
    let server = environment.optional("LAMPPOST_SMTP_URL")
    let sender = environment.optional("LAMPPOST_MAIL_FROM")
    guard server != nil || sender != nil else { return nil }
    let url = environment.required("LAMPPOST_URL", "the public address that links in mails begin with")
    if !url.hasPrefix("http://") && !url.hasPrefix("https://") || url.hasSuffix("/") {
      environment.refuse("LAMPPOST_URL must begin with http:// or https:// and have no slash at its end")
    }
    let folder = environment.required("LAMPPOST_PUBLIC", "the folder that Client/build.sh makes")
    let from = MailAddress(sender ?? "")
    if from == nil { environment.refuse("LAMPPOST_MAIL_FROM must be the e-mail address that mails come from") }
    do {
      let mailer = try Mailer(url: server ?? "")
      return from.map { MailConfiguration(mailer: mailer, from: $0, url: url, publicFolder: folder) }
    } catch {
      environment.refuse("LAMPPOST_SMTP_URL \(error)")
      return nil
    }
  }
}

/// Writes to people on behalf of townships, each in its language.
struct Correspondence: Sendable {
  let mailer: Mailer
  let from: MailAddress
  /// Scheme, host and port, without a slash at the end.
  let baseURL: String
  let catalogues: [Language: Catalogue]

  init(mailer: Mailer, from: MailAddress, baseURL: String, catalogues: [Language: Catalogue]) {
    (self.mailer, self.from, self.baseURL, self.catalogues) = (mailer, from, baseURL, catalogues)
  }

  init(_ configuration: MailConfiguration) throws {
    self.init(
      mailer: configuration.mailer, from: configuration.from, baseURL: configuration.url,
      catalogues: try Assets.readCatalogues(folder: configuration.publicFolder))
  }

  /// The township as its mails need it.
  struct Sender: Sendable {
    let name: String
    let timeZone: Zone
    /// Where its pages are, without a slash at the end.
    let origin: String
    let contactEmail: String?
    /// What the township calls the statuses.
    let workflow: WorkflowSettings
  }

  /// - Parameter tenant: the database as the township sees it.
  func sender(_ tenant: Database, id: Int) async throws -> Sender {
    // Never the name that some call came in under: a link in a mail must lead home.
    let rows = try await tenant.read(
      """
      SELECT t.name, t.time_zone, t.contact_email,
             (SELECT h.host FROM tenant_hosts h WHERE h.tenant_id = t.id ORDER BY (h.host = \(host)) DESC, h.host LIMIT 1),
             t.statuses::text, t.closes_after_days
        FROM tenants t WHERE t.id = \(id)
      """)
    guard let row = rows.first else { throw UnknownWord(column: "jobs.tenant_id") }
    let own: String? = try row.get(3)
    return Sender(
      name: try row.get(0), timeZone: Zone.named(try row.get(1)) ?? .gmt,
      origin: own.map { scheme + "://" + $0 + port } ?? baseURL, contactEmail: try row.get(2),
      workflow: WorkflowSettings(statuses: try row.get(4), closesAfterDays: try row.get(5)))
  }

  /// The word for the language of `people p` of `tenants t`: what they chose, else the township's.
  static let language: SQL = "coalesce(p.language, t.language)"

  private var scheme: Substring { baseURL.prefix { $0 != ":" } }
  private var authority: Substring { baseURL.dropFirst(scheme.count + 3) }
  private var host: String { String(authority.prefix { $0 != ":" }).lowercased() }
  private var port: Substring { authority.drop { $0 != ":" } }

  func translator(_ language: String, _ sender: Sender) -> Translator {
    let language = Language(rawValue: language) ?? .english
    return Translator(
      language, catalogues[language], timeZone: sender.timeZone, own: sender.workflow.own(in: language))
  }

  /// - Returns: false where nobody can be reached at this address, ever.
  func send(_ letter: Letter, to address: String, from sender: Sender, _ t: Translator) async throws -> Bool {
    guard let recipient = MailAddress(address) else { return false }
    do {
      try await mailer.send(
        MailMessage(
          from: from, fromName: sender.name, to: recipient, subject: letter.subject, text: letter.text, id: letter.id,
          date: .now, language: t.language.rawValue, unsubscribe: letter.unsubscribe))
      return true
    } catch let error as MailError {
      // The server's word on this very mail: a few more tries, then it is given up.
      if case .refused = error { throw JobFault(cause: error) }
      throw error
    }
  }
}

/// What a mail says.
struct Letter: Sendable {
  let subject: String
  /// Set apart by empty lines.
  let paragraphs: [String?]
  /// The same for the same mail.
  let id: String
  var unsubscribe: String?

  var text: String { paragraphs.compactMap(\.self).joined(separator: "\n\n") + "\n" }
}

/// A mail that is given up: refused by the server this often, or not sent for about two days.
enum MailPatience {
  static func isOver(_ job: Job) -> Bool { job.faults >= 3 || job.attempts > 200 }
}

extension String {
  /// Whether mail can be sent there.
  var canBeMailed: Bool { looksLikeAnEmailAddress && MailAddress(self) != nil }
}
