/// What a client to one server is at, for readiness and metrics.
public struct DatabaseStatistics: Sendable {
  /// Connections for single reads that are open.
  public var pipelined = 0
  /// Statements in flight on them.
  public var inFlight = 0
  /// Connections for transactions and writes that are open, and how many of these are in use.
  public var leasable = 0
  public var leased = 0
  /// Statements and transactions that wait for a connection.
  public var waiting = 0
  /// Since the start:
  public var statements: UInt64 = 0
  public var roundTrips: UInt64 = 0
  public var connectionsOpened: UInt64 = 0
  public var connectionsLost: UInt64 = 0
  public var connectionFailures: UInt64 = 0
  public var cancellations: UInt64 = 0
  public var refused: UInt64 = 0
}

extension Database {
  /// Whether the primary has an open connection at this moment.
  public var isReachable: Bool { primary.isReachable }

  public func statistics() async -> (primary: DatabaseStatistics, replica: DatabaseStatistics?) {
    (await primary.statistics, await replica?.statistics)
  }
}
