import FoundationEssentials
import Localization
import PostgreSQL

/// A mail about somebody's account, as a job's subject: kind, then what it needs.
enum AccountMail: Sendable {
  /// A link to a new password, for the account that has this address, if one has.
  case reset(email: String)
  /// A link by which a new address answers.
  case address(personID: Int, email: String)
  /// That something was changed, in case it was somebody else.
  case notice(Change, personID: Int, email: String? = nil)

  enum Change: String, Sendable {
    case password
    /// Goes to the address that was.
    case address
    case secondFactorOn = "second-factor-on"
    case secondFactorOff = "second-factor-off"
    case recoveryCodes = "recovery-codes"
    /// By whoever keeps the people.
    case secondFactorEnded = "second-factor-ended"
    /// By whoever keeps the people.
    case resetLink = "reset-link"
  }

  func insertion(_ language: Language) -> SQL {
    let subject = "\(language.rawValue) \(words)"
    return """
      INSERT INTO jobs (tenant_id, kind, subject)
      VALUES (current_tenant(), \(JobKind.sendAccountMail.rawValue), \(subject)) ON CONFLICT DO NOTHING
      """
  }

  private var words: String {
    switch self {
    case .reset(let email): "reset \(email)"
    case .address(let person, let email): "address \(person) \(email)"
    case .notice(let change, let person, let email): "notice \(change.rawValue) \(person) \(email ?? "-")"
    }
  }

  init?(words: [String]) {
    switch (words.first, words.count) {
    case ("reset", 2): self = .reset(email: words[1])
    case ("address", 3):
      guard let person = Int(words[1]) else { return nil }
      self = .address(personID: person, email: words[2])
    case ("notice", 4):
      guard let change = Change(rawValue: words[1]), let person = Int(words[2]) else { return nil }
      self = .notice(change, personID: person, email: words[3] == "-" ? nil : words[3])
    default: return nil
    }
  }
}

/// Sends it. A worker that dies between the mail server's yes and its mark sends the mail again, with another link.
struct SendAccountMail: Sendable {
  let database: Database
  let correspondence: Correspondence?

  func callAsFunction(_ job: Job) async throws {
    let parts = job.subject.split(separator: " ").map(String.init)
    guard let language = parts.first, let mail = AccountMail(words: Array(parts.dropFirst())) else {
      throw UnknownWord(column: "jobs.subject")
    }
    let tenant = database.tenant(job.tenantID)
    if let correspondence, !MailPatience.isOver(job) {
      let sender = try await correspondence.sender(tenant, id: job.tenantID)
      let t = correspondence.translator(language, sender)
      let writer = AccountLetters(sender: sender, t: t, id: "\(job.tenantID).account.\(job.id)")
      if let (letter, address) = try await letter(mail, writer, tenant) {
        _ = try await correspondence.send(letter, to: address, from: sender, t)
      }
    }
    _ = try await tenant.write(JobQueue.completion(of: job))
  }

  /// - Returns: nil where there is nobody to write to, or nothing to say any more.
  private func letter(
    _ mail: AccountMail, _ writer: AccountLetters, _ tenant: Database
  ) async throws -> (Letter, address: String)? {
    switch mail {
    case .reset(let email):
      let rows = try await tenant.read("SELECT id, epoch FROM people WHERE email = \(email) AND active")
      guard let row = rows.first else { return nil }
      let link = AccountLink.generate()
      _ = try await tenant.write(link.insertion(.password, personID: try row.get(0), epoch: try row.get(1)))
      return (writer.reset(link), email)
    case .address(let person, let email):
      let rows = try await tenant.read(
        """
        SELECT epoch FROM people
         WHERE id = \(person) AND active AND NOT EXISTS (SELECT 1 FROM people o WHERE o.email = \(email))
        """)
      guard let row = rows.first else { return nil }
      let link = AccountLink.generate()
      _ = try await tenant.write(
        link.insertion(.address, personID: person, epoch: try row.get(0), email: email))
      return (writer.address(link), email)
    case .notice(let change, let person, let email):
      let rows = try await tenant.read("SELECT email FROM people WHERE id = \(person) AND active")
      guard let row = rows.first else { return nil }
      return (writer.notice(change), try email ?? row.get(0))
    }
  }
}

/// What the mails say. Nothing in them that a stranger could have written.
struct AccountLetters {
  let sender: Correspondence.Sender
  let t: Translator
  /// The same for the same mail.
  let id: String

  func reset(_ link: AccountLink) -> Letter {
    letter(
      t("A new password for your account"),
      t("Somebody, probably you, has asked for a new password for the account with this address."),
      t("To choose one, open this page within an hour:"), sender.origin + Paths.resetPassword(link),
      t("If you did not ask for this, you need not do anything: your password stays as it is."))
  }

  func address(_ link: AccountLink) -> Letter {
    letter(
      t("Is this your new address?"),
      t("Somebody, probably you, wants an account to have this address from now on."),
      t("To agree, open this page within an hour and press the button:"), sender.origin + Paths.confirmAddress(link),
      t("If it was not you, you need not do anything: no more mails will come."))
  }

  func notice(_ change: AccountMail.Change) -> Letter {
    let sentence =
      switch change {
      case .password: t("The password of your account has been changed, and you are signed out everywhere else.")
      case .address: t("Your account has another address now. Mails about it go there.")
      case .secondFactorOn: t("Signing in to your account asks for a code from your authenticator app now.")
      case .secondFactorOff: t("Signing in to your account does not ask for a second factor any more.")
      case .recoveryCodes: t("Your account has new recovery codes. Those you had are good for nothing.")
      case .secondFactorEnded:
        t("An administrator has ended the second factor of your account, and you are signed out everywhere.")
      case .resetLink:
        t("An administrator has made a link to a new password of your account, and you are signed out everywhere.")
      }
    let contact =
      sender.contactEmail.map { t("If it was not you, write to {address} at once.", ["address": $0]) }
      ?? t("If it was not you, choose a new password at once: {link}", ["link": sender.origin + Paths.forgotPassword()])
    return letter(t("Your account was changed"), sentence, contact)
  }

  private func letter(_ subject: String, _ paragraphs: String...) -> Letter {
    Letter(subject: subject, paragraphs: paragraphs + ["--\n" + sender.name], id: id)
  }
}
