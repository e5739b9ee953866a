import Credentials
import FoundationEssentials
import HTTPServer
import PostgreSQL

/// The secret in a mail about an account: 256 random bits, of which the database keeps the digest. Whoever has it can do
/// one thing, once, within the hour.
struct AccountLink: Sendable, PathParameter {
  let token: SessionToken

  static func generate() -> AccountLink { AccountLink(token: .generate()) }

  private init(token: SessionToken) { self.token = token }

  init?(pathComponent: String) {
    guard let token = SessionToken(text: pathComponent) else { return nil }
    self.token = token
  }

  var pathComponent: String { token.text }

  enum Purpose: String, Sendable { case password, address }

  /// Seconds.
  static let lifetime = 3600.0

  /// - Parameter email: the address that is to be the account's.
  func insertion(_ purpose: Purpose, personID: Int, epoch: Int, email: String? = nil) -> SQL {
    """
    INSERT INTO account_links (tenant_id, digest, person_id, purpose, email, epoch, expires_at)
    VALUES (current_tenant(), \(token.lookupKey.bytes), \(personID), \(purpose.rawValue), \(email), \(epoch),
            now() + make_interval(secs => \(Self.lifetime)))
    """
  }

  /// What a link opens: an active account whose password is still the one it was when the link was made.
  struct Target: Sendable {
    let person: Actor.Person
    let epoch: Int
    /// The address that is to be the account's.
    let email: String?
  }

  func query(_ purpose: Purpose) -> SQL {
    """
    SELECT \(Actor.Person.columns), people.epoch, l.email FROM account_links l
      JOIN people ON people.tenant_id = l.tenant_id AND people.id = l.person_id AND people.epoch = l.epoch
                 AND people.active
     WHERE l.digest = \(token.lookupKey.bytes) AND l.purpose = \(purpose.rawValue) AND l.expires_at > now()
    """
  }

  /// - Throws: `link_expired` for one that was used, replaced, is too old, or never was.
  static func target(_ rows: Rows) throws -> Target {
    guard let row = rows.first else { throw Problem(.linkExpired) }
    let count = Actor.Person.columnCount
    return Target(person: try Actor.Person(row), epoch: try row.get(count), email: try row.get(count + 1))
  }

  /// Every link of somebody, once one of them has served.
  static func removal(of personID: Int) -> SQL { "DELETE FROM account_links WHERE person_id = \(personID)" }
}
