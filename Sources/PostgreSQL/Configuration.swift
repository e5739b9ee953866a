extension Database {
  /// Where the database is and how much of it to use.
  public struct Configuration: Sendable {
    /// A libpq URI or keyword string of the primary: several hosts, unix sockets and all of libpq's parameters are
    /// taken. With several hosts and no `target_session_attrs`, the one that takes writes is looked for.
    public var url: String
    /// The same for a replica that `read` uses while it can be reached.
    public var replicaURL: String?
    /// Connections that carry single reads, many in flight on each.
    public var pipelinedConnections = 8
    /// Statements in flight on one of them, 1 or more; what comes beyond waits here.
    public var pipelineDepth = 64
    /// Single reads that may wait for a place in a pipeline before `.poolExhausted`.
    public var pipelineWaitingLimit = 4096
    /// Connections that carry one transaction or single write at a time; opened on demand.
    public var leasedConnections = 8
    /// Transactions and single writes that may wait for a connection before `.poolExhausted`.
    public var waitingLimit = 256
    /// How long a statement or transaction waits for a connection, be it busy or broken.
    public var leaseTimeout: Duration = .seconds(5)
    /// The server ends a statement that takes longer. One handle's can differ: `setting("statement_timeout", to: "1s")`.
    public var statementTimeout: Duration = .seconds(30)
    /// The server ends a transaction that does nothing for that long, and frees its locks.
    public var idleTransactionTimeout: Duration = .seconds(60)
    /// Times a transaction is run again after a serialization failure or deadlock.
    public var retryLimit = 5
    /// Shown in pg_stat_activity.
    public var applicationName = "lamppost"

    public init(url: String) { self.url = url }
  }
}

/// libpq's connection parameters, by keyword.
struct ConnectionParameters: Sendable {
  private(set) var values: [String: String]

  /// - Throws: `.invalidConfiguration`, without the text, which may hold a password.
  init(url: String) throws(DatabaseError) {
    guard let values = Self.parse(url) else {
      throw DatabaseError(.invalidConfiguration, "the connection string is not one libpq reads")
    }
    self.values = values

    self.values["client_encoding"] = "UTF8"
    setDefault("connect_timeout", "5")
    // A peer that vanished without a word is noticed within about a minute, not in the kernel's two hours.
    setDefault("keepalives_idle", "30")
    setDefault("keepalives_interval", "10")
    setDefault("keepalives_count", "3")
    setDefault("tcp_user_timeout", "30000")
  }

  init(_ configuration: Database.Configuration, url: String, isReplica: Bool) throws(DatabaseError) {
    try self.init(url: url)
    let hosts = values["host"] ?? values["hostaddr"] ?? ""
    if hosts.contains(",") { setDefault("target_session_attrs", isReplica ? "prefer-standby" : "read-write") }
    values["application_name"] = configuration.applicationName
    addOption("statement_timeout", configuration.statementTimeout)
    addOption("idle_in_transaction_session_timeout", configuration.idleTransactionTimeout)
  }

  private mutating func setDefault(_ keyword: String, _ value: String) {
    if values[keyword, default: ""].isEmpty { values[keyword] = value }
  }

  /// What the URL itself sets comes last, and wins.
  private mutating func addOption(_ name: String, _ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    let milliseconds = seconds * 1000 + attoseconds / 1_000_000_000_000_000
    values["options"] = "-c \(name)=\(milliseconds) " + (values["options"] ?? "")
  }
}
