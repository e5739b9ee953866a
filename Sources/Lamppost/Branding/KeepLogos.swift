import PostgreSQL

/// A township's logos: taken in like any stranger's file, put up, taken down, brought back.
struct KeepLogos: Sendable {
  let database: Database
  let quarantine: Quarantine

  /// The newest first.
  func list(as actor: Actor) async throws -> [Logo] {
    try Self.requirePermission(actor)
    return try await database.withoutReplica.tenant(actor.tenant.id).read(
      "SELECT \(Logo.columns) FROM logos l ORDER BY l.created_at DESC LIMIT 50"
    ).map(Logo.init)
  }

  /// - Throws: `not_found`.
  func find(_ id: AttachmentID, as actor: Actor) async throws -> Logo {
    try Self.requirePermission(actor)
    return try await database.withoutReplica.tenant(actor.tenant.id).read { try await Self.read(id, in: $0) }
  }

  /// Takes a file in. Nobody sees anything of it before it was scanned and drawn anew; then it is put up by itself.
  /// - Throws: `too_large`, `too_many_files`. The file is the caller's to discard then.
  func add(_ file: QuarantinedFile, as actor: Actor) async throws -> Logo {
    try Self.requirePermission(actor)
    if file.bytes > Logo.mostBytes {
      throw Problem(.tooLarge, "A logo must not be larger than \(Logo.mostBytes) bytes.")
    }
    return try await database.tenant(actor.tenant.id).write { transaction in
      try await Self.takeTurns(transaction)
      let waiting = try await transaction.query(
        "SELECT count(*) FROM logos WHERE state IN ('quarantined', 'scanning')")
      guard try waiting.first?.get(0) ?? 0 < Logo.mostWaiting else {
        throw Problem(.tooManyFiles, "\(Logo.mostWaiting) logos wait for their scan already.")
      }
      try await transaction.execute("UPDATE logos SET awaited = false WHERE awaited")
      try await transaction.execute(
        """
        INSERT INTO logos (tenant_id, id, uploader_id, file_name, received_bytes, received_sha256)
        VALUES (current_tenant(), \(file.id), \(actor.person?.id), \(file.name), \(file.bytes), \(file.sha256.bytes))
        """)
      try await transaction.execute(
        """
        INSERT INTO jobs (tenant_id, kind, subject)
        VALUES (current_tenant(), \(JobKind.scanLogo.rawValue), \(file.id.uuidString.lowercased()))
        """)
      try await transaction.execute(
        AdministrationEvent.insertion(
          "logo", before: "{}", after: #"{"sent": "\#(file.id.uuidString.lowercased())"}"#, by: actor))
      try await Self.forgetOldest(in: transaction)
      return try await Self.read(AttachmentID(file.id), in: transaction)
    }
  }

  /// Of what was judged only the newest are kept, and the one that is worn.
  private static func forgetOldest(in transaction: Transaction) async throws {
    let gone = try await transaction.query(
      """
      DELETE FROM logos WHERE NOT worn AND id IN (
        SELECT id FROM logos WHERE state NOT IN ('quarantined', 'scanning')
         ORDER BY created_at DESC OFFSET \(Logo.kept - 1))
      RETURNING id
      """)
    for row in gone { try await transaction.execute(DeleteFiles.insertion(AttachmentID(try row.get(0)))) }
  }

  /// Puts one up, or takes down what is there. Run between reading what stood there and what stands there now.
  /// - Throws: `unknown_option` at `logo` for one that is not clean, or not this township's.
  static func wear(_ id: AttachmentID?, in transaction: Transaction) async throws {
    try await takeTurns(transaction)
    try await transaction.execute(
      "UPDATE logos SET awaited = false, worn = false WHERE awaited OR worn AND id IS DISTINCT FROM \(id?.uuid)")
    guard let id else { return }
    let worn = try await transaction.execute(
      "UPDATE logos SET worn = true WHERE id = \(id.uuid) AND state = 'clean'")
    if worn == 0 { throw Problem.field("logo", .unknownOption, "must be one of the township's logos that are clean") }
  }

  /// Whoever changes what is worn, an administrator or a scan, waits here for the other.
  static func takeTurns(_ transaction: Transaction) async throws {
    _ = try await transaction.query("SELECT 1 FROM tenants WHERE id = current_tenant() FOR NO KEY UPDATE")
  }

  private static func read(_ id: AttachmentID, in transaction: Transaction) async throws -> Logo {
    let rows = try await transaction.query("SELECT \(Logo.columns) FROM logos l WHERE l.id = \(id.uuid)")
    guard let row = rows.first else { throw Problem.notFound }
    return try Logo(row)
  }

  private static func requirePermission(_ actor: Actor) throws(Problem) {
    guard actor.may(.manageCategories) else { throw Problem(.forbidden) }
  }
}
