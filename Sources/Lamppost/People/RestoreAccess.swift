import Civic
import FoundationEssentials
import Localization
import PostgreSQL

/// Opens a way back into the account of somebody who has lost theirs: the telephone with their second factor and its
/// recovery codes, or the password where no mail reaches them. Every session and token of theirs ends, the audit log keeps
/// who did it, and they are told by mail.
struct RestoreAccess: Sendable {
  let database: Database
  let sessions: SessionStore

  /// The link to a new password that is shown once to who asked for it. Older ones end.
  /// - Throws: `forbidden`, `not_found`, `own_account`, `conflict` for an account that is deactivated.
  func makeLink(for id: Int, as actor: Actor) async throws -> AccountLink {
    try await restore(id, as: actor) { transaction, me in
      try await Self.makeLink(for: id, by: me, in: transaction)
    }
  }

  /// Takes their second factor away, so that the password alone lets them in to set another one up.
  /// - Throws: `forbidden`, `not_found` also for who has none, `own_account`, `conflict` for an account that is deactivated.
  func endSecondFactor(of id: Int, as actor: Actor) async throws {
    try await restore(id, as: actor) { transaction, me in
      try await Self.endSecondFactor(of: id, by: me, in: transaction)
    }
  }

  private func restore<Value: Sendable>(
    _ id: Int, as actor: Actor, _ work: @Sendable (Transaction, Int) async throws -> Value
  ) async throws -> Value {
    guard let me = actor.person, actor.may(.managePeople) else { throw Problem(.forbidden) }
    let value = try await database.tenant(actor.tenant.id).write { transaction in
      let people = try await Standings.lock([id, me.id], in: transaction)
      let rows = try await transaction.query(
        "SELECT 1 FROM people p WHERE p.id = \(id) AND \(KeptPerson.visible(to: actor))")
      if rows.isEmpty { throw Problem.notFound }
      try people.checkRestoring(id, by: me.id)
      return try await work(transaction, me.id)
    }
    // The raised epoch has ended them all already.
    try? await sessions.endAll(personID: id, tenant: actor.tenant)
    return value
  }

  /// In a transaction of the township's. Whether it may be has been asked.
  /// - Parameter actorID: nil for the command line.
  static func makeLink(for id: Int, by actorID: Int?, in transaction: Transaction) async throws -> AccountLink {
    let (epoch, language) = try await endSessions(of: id, in: transaction)
    let link = AccountLink.generate()
    for statement in [
      AccountLink.removal(of: id), link.insertion(.password, personID: id, epoch: epoch),
      AuditEvent(.changed, AuditEvent.about(person: id), by: actorID, note: "link to a new password made").insertion,
      AccountMail.notice(.resetLink, personID: id).insertion(language),
    ] { try await transaction.execute(statement) }
    return link
  }

  /// The same.
  static func endSecondFactor(of id: Int, by actorID: Int?, in transaction: Transaction) async throws {
    let removed = try await transaction.query(SecondFactors.removal(of: id) + " RETURNING confirmed_at")
    guard let row = removed.first, try row.get(0, as: Date?.self) != nil else { throw Problem.notFound }
    let (_, language) = try await endSessions(of: id, in: transaction)
    for statement in [
      AuditEvent(.changed, AuditEvent.about(person: id), by: actorID, note: "second factor ended").insertion,
      AccountMail.notice(.secondFactorEnded, personID: id).insertion(language),
    ] { try await transaction.execute(statement) }
  }

  /// - Returns: the raised epoch, and the language in which they are written to.
  private static func endSessions(of id: Int, in transaction: Transaction) async throws -> (Int, Language) {
    let rows = try await transaction.query(
      """
      UPDATE people p SET epoch = epoch + 1 WHERE tenant_id = current_tenant() AND id = \(id) AND active
      RETURNING epoch, coalesce(language, (SELECT t.language FROM tenants t WHERE t.id = p.tenant_id))
      """)
    guard let row = rows.first else { throw Problem.notFound }
    return (try row.get(0), Language(rawValue: try row.get(1)) ?? .english)
  }
}
