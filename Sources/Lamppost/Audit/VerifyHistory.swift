import FoundationEssentials
import PostgreSQL

/// Goes through a township's history, audit log and seals and finds what somebody did to them beside the application.
///
/// What is compared is computed by PostgreSQL's own functions within these statements, not by functions of ours in the
/// database, which whoever tampers could exchange. The rows stay in the database: only what is wrong comes here.
struct VerifyHistory: Sendable {
  /// As the database's owner.
  let database: Database

  struct Result: Sendable {
    var rows = 0
    var requests = 0
    var auditRows = 0
    var seals = 0
    /// At most `damageLimit`; with so many the search was given up.
    var damages: [HistoryDamage] = []
    /// Number, time and hash of the last seal.
    var lastSeal: (number: Int, at: Date, hash: String)?
  }

  /// Whoever finds more has no need of a longer list.
  static let damageLimit = 1000
  static let requestsInBatch = 4000
  static let auditRowsInBatch = 20_000
  static let sealsInBatch = 100

  /// - Parameters:
  ///   - since: only the seals made since then, and what they hold or what is newer; nil for everything.
  func callAsFunction(tenantID: Int, since: Date? = nil) async throws -> Result {
    // One state of the data throughout: what is written and sealed meanwhile is nobody's tampering.
    try await database.tenant(tenantID).write(isolation: .repeatableRead) { transaction in
      var walk = Walk(transaction: transaction, tenantID: tenantID, since: since ?? .distantPast)
      try await walk.run()
      return walk.result
    }
  }

  /// Writes down that it was done, and what came of it.
  func record(_ result: Result, tenantID: Int) async throws {
    let figures = """
      {"rows": \(result.rows + result.auditRows), "seals": \(result.seals), "damages": \(result.damages.count)}
      """
    try await database.tenant(tenantID).write(
      AuditEvent(.verified, "history", by: nil, after: figures).insertion)
  }
}

/// One verification while it runs.
struct Walk {
  let transaction: Transaction
  let tenantID: Int
  let since: Date
  var result = VerifyHistory.Result()
  /// Rows that a damage was told of already: whatever follows from it is not told again.
  private var told: Set<String> = []

  init(transaction: Transaction, tenantID: Int, since: Date) {
    (self.transaction, self.tenantID, self.since) = (transaction, tenantID, since)
  }

  private var isFull: Bool { result.damages.count >= VerifyHistory.damageLimit }

  mutating func run() async throws {
    for statement in VerificationQueries.preparation(tenantID, since) { try await transaction.execute(statement) }
    try await seals()
    try await auditRows()
    try await missingAuditRows()
    try await chains()
    try await missingChains()
    try await heads()
  }

  private mutating func tell(_ kind: HistoryDamage.Kind, _ place: HistoryDamage.Place) {
    if case .request(let id, _, let rows) = place, let rows, rows.count == 1 { told.insert("\(id):\(rows.lowerBound)") }
    if !isFull { result.damages.append(HistoryDamage(place: place, kind: kind)) }
  }

  private mutating func seals() async throws {
    var last: (number: Int, hash: [UInt8])?
    while !isFull {
      let rows = try await transaction.query(
        VerificationQueries.seals(tenantID, since, after: last?.number ?? 0, limit: VerifyHistory.sealsInBatch))
      for row in rows {
        let number: Int = try row.get(0)
        let (previous, hash): ([UInt8]?, [UInt8]) = (try row.get(2), try row.get(3))
        // The first that is looked at has one before it, unless it is the very first.
        let expected = last.map { $0.number + 1 } ?? (since == .distantPast ? 1 : number)
        if number > expected { tell(.sealRemoved, .seal(expected...(number - 1))) }
        let isLinked = last.map { number > expected || previous == $0.hash } ?? (number > 1 || previous == nil)
        if try !row.get(4, as: Bool.self) || !isLinked { tell(.sealChanged, .seal(number...number)) }
        last = (number, hash)
        result.lastSeal = (number, try row.get(1), try row.get(5))
        result.seals += 1
      }
      if rows.count < VerifyHistory.sealsInBatch { return }
    }
  }

  private mutating func auditRows() async throws {
    var last = 0
    while !isFull {
      let end: Int? = try await transaction.query(
        VerificationQueries.endOfAuditBatch(tenantID, after: last, limit: VerifyHistory.auditRowsInBatch)
      ).first?.get(0)
      for row in try await transaction.query(
        VerificationQueries.auditRows(tenantID, since, after: last, through: end ?? .max))
      {
        let id: Int = try row.get(0)
        guard id > 0 else {
          result.auditRows += try row.get(1, as: Int.self)
          continue
        }
        tell(try row.word(2), .audit(id...id))
      }
      guard let end else { return }
      last = end
    }
  }

  private mutating func missingAuditRows() async throws {
    for row in try await transaction.query(
      VerificationQueries.missingAuditRows(tenantID, limit: VerifyHistory.damageLimit))
    {
      let id: Int = try row.get(0)
      tell(.missing, .audit(id...id))
    }
  }

  private mutating func chains() async throws {
    var last = 0
    while !isFull {
      let end: Int? = try await transaction.query(
        VerificationQueries.endOfBatch(after: last, limit: VerifyHistory.requestsInBatch)
      ).first?.get(0)
      let counts = try await transaction.query(VerificationQueries.count(tenantID, after: last, through: end ?? .max))
      for row in counts {
        result.rows += try row.get(0, as: Int.self)
        result.requests += try row.get(1, as: Int.self)
      }
      for row in try await transaction.query(VerificationQueries.rows(tenantID, after: last, through: end ?? .max)) {
        try read(row)
      }
      guard let end else { return }
      last = end
    }
  }

  /// A row of a history with which something is wrong.
  private mutating func read(_ row: Row) throws {
    let (id, reference): (Int, String?) = (try row.get(0), try row.get(1))
    let (sequence, before): (Int, Int) = (try row.get(2), try row.get(3))
    func place(_ rows: ClosedRange<Int>) -> HistoryDamage.Place { .request(id: id, reference: reference, rows: rows) }
    let (fitsDigest, fitsHash, fitsLink): (Bool, Bool, Bool) = (try row.get(4), try row.get(5), try row.get(6))
    if sequence > before + 1 { tell(.missing, place((before + 1)...(sequence - 1))) }
    if !fitsDigest { tell(.contentsChanged, place(sequence...sequence)) }
    if !fitsHash { tell(fitsLink ? .frameChanged : .moved, place(sequence...sequence)) }
    if fitsHash, fitsDigest, !fitsLink, sequence == before + 1, !told.contains("\(id):\(before)") {
      // Who stands before it had another hash when this one was written.
      tell(.rewritten, place(max(before, 1)...max(before, 1)))
    }
    switch try row.get(7, as: String?.self) {
    case "missing": tell(.erasedWithoutRecord, place(sequence...sequence))
    case "other": tell(.changedAfterErasure, place(sequence...sequence))
    default: break
    }
    if try row.get(8, as: Bool.self) { tell(.notSealed, place(sequence...sequence)) }
  }

  private mutating func missingChains() async throws {
    for row in try await transaction.query(
      VerificationQueries.missingChains(tenantID, isPartial: since != .distantPast, limit: VerifyHistory.damageLimit))
    {
      tell(.chainRemoved, .request(id: try row.get(0), reference: try row.get(1), rows: nil))
    }
  }

  private mutating func heads() async throws {
    for row in try await transaction.query(VerificationQueries.heads(tenantID, limit: VerifyHistory.damageLimit)) {
      let (id, reference): (Int, String?) = (try row.get(0), try row.get(1))
      let (sealed, last): (Int, Int) = (try row.get(2), try row.get(3))
      if last < sealed {
        tell(.cutOff, .request(id: id, reference: reference, rows: (last + 1)...sealed))
      } else if !told.contains("\(id):\(sealed)") {
        tell(.rewritten, .request(id: id, reference: reference, rows: sealed...sealed))
      }
    }
  }
}
