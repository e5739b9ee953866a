import Civic
import FoundationEssentials
import HTTPServer
import JSON
import PostgreSQL

/// One caller's stream of what they may see.
struct LiveStream: Sendable {
  let hub: LiveHub
  let database: Database
  let actor: Actor
  let subject: String
  /// The only request to tell of, where the stream is that of a tracking page.
  var only: Int?
  /// Who the caller is by now; nil when they are nobody any more.
  let again: @Sendable () async throws -> Actor?

  /// How often the caller is told that the stream lives, and looked at again where nothing happens.
  static let pace = Duration.seconds(20)
  /// For how long nobody asks again who the caller is before they hear of something.
  private static let trust = Duration.seconds(1)

  /// - Parameter last: the position of the last event that the client had; nil for a first connection.
  func run(_ writer: EventWriter, after last: String?) async throws {
    let tenantID = actor.tenant.id
    let subscription = try await hub.open(tenantID, subject: subject)
    let ticker = Task {
      while (try? await Task.sleep(for: Self.pace)) != nil { hub.tick(subscription, tenantID) }
    }
    defer {
      ticker.cancel()
      hub.close(subscription, tenantID)
    }
    var position = try await catchUp(after: last, writer)
    var (actor, looked) = (actor, ContinuousClock.now)
    for await signal in subscription.signals {
      // The stream of somebody who was signed out, or became somebody else, ends before they hear more.
      if signal.isTick || looked.duration(to: .now) > Self.trust {
        guard let now = try await again(), now.person?.id == actor.person?.id else { return }
        (actor, looked) = (now, .now)
      }
      switch signal {
      case .news(let batch):
        try await send(batch, to: actor, writer)
        position = batch.to
      case .presence(let sight):
        if try await mayKnow(of: sight.reference, actor) {
          try await writer.send(ServerSentEvent(event: "presence", data: sight.data))
        }
      case .tick:
        try await writer.send(ServerSentEvent(id: String(position), event: "alive", data: "{}"))
      }
    }
  }

  /// What happened while the client was away, then where it stands.
  private func catchUp(after last: String?, _ writer: EventWriter) async throws -> Int {
    let from = last.map { Int(digits: $0) ?? .max }
    let missed = try await database.tenant(actor.tenant.id).withoutReplica.read { transaction in
      let rows = try await transaction.query(
        "SELECT pg_snapshot_xmin(pg_current_snapshot())::text, pg_snapshot_xmax(pg_current_snapshot())::text")
      guard let row = rows.first, let position = Int(try row.get(0, as: String.self)),
        let end = Int(try row.get(1, as: String.self))
      else { throw UnknownWord(column: "pg_current_snapshot") }
      guard let from else { return LiveFeed.Batch(events: [], from: position, to: position) }
      // A position that never was: of another installation, or of this one before its backup was restored.
      if from > end { return LiveFeed.Batch(events: [], from: position, to: position, isOverflow: true) }
      let events = try await transaction.query(
        LiveEvent.query(from: from, where: actor.knownRequests, limit: LiveFeed.limit + 1)
      ).map(LiveEvent.init)
      return LiveFeed.Batch(
        events: events, from: from, to: position, isOverflow: events.count > LiveFeed.limit)
    }
    if missed.isOverflow {
      try await writer.send(ServerSentEvent(id: String(missed.to), event: "reset", data: "{}"))
    } else {
      try await send(missed, to: actor, writer)
    }
    try await writer.send(ServerSentEvent(id: String(missed.to), event: "hello", data: "{}", retry: .seconds(3)))
    return missed.to
  }

  /// Whether the caller hears who has a request open.
  private func mayKnow(of reference: Reference, _ actor: Actor) async throws -> Bool {
    guard actor.isLimited else { return actor.seesInternal }
    let rows = try await database.tenant(actor.tenant.id).read(
      "SELECT 1 FROM requests r WHERE r.reference = \(reference.stored) AND \(actor.visibleRequests)")
    return !rows.isEmpty
  }

  private func send(_ batch: LiveFeed.Batch, to actor: Actor, _ writer: EventWriter) async throws {
    if batch.isOverflow {
      return try await writer.send(ServerSentEvent(id: String(batch.to), event: "reset", data: "{}"))
    }
    let events = batch.events.filter { (only == nil || $0.facts.id == only) && $0.isVisible(to: $0.eyes(of: actor)) }
    for (index, event) in events.enumerated() {
      // Until the last one the client has not had all before the new position.
      let position = index == events.count - 1 ? batch.to : batch.from
      try await writer.send(
        ServerSentEvent(id: String(position), event: event.name, data: event.data(for: event.eyes(of: actor))))
    }
  }
}
