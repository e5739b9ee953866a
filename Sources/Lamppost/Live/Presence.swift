import Civic
import FoundationEssentials
import JSON
import PostgreSQL
import Redis

/// Who of the staff has a request open. Kept in Redis for half a minute and forgotten with it: a courtesy among
/// colleagues, never a lock.
struct Presence: Sendable {
  struct Person: Sendable, Equatable {
    let id: Int
    let name: String

    func write(to json: inout JSONObjectWriter) {
      json.field("id", id)
      json.field("name", name)
    }
  }

  /// Who has one request open, as it goes to the staff's screens.
  struct Sight: Sendable {
    let tenantID: Int
    let reference: Reference
    let people: [Person]

    var data: String { text { $0.field("seconds", Presence.lifetime) } }
    /// As it goes through Redis.
    var message: String { text { $0.field("tenant", tenantID) } }

    private func text(_ more: (inout JSONObjectWriter) -> Void) -> String {
      var json = JSONWriter(capacity: 128)
      json.object { sight in
        sight.field("reference", reference.description)
        sight.array("people") { list in for person in people { list.object(person.write) } }
        more(&sight)
      }
      return String(decoding: json.bytes, as: UTF8.self)
    }

    init(tenantID: Int, reference: Reference, people: [Person]) {
      (self.tenantID, self.reference, self.people) = (tenantID, reference, people)
    }

    init?(message: [UInt8]) {
      guard let json = try? JSONValue.parse(message), let tenantID = json["tenant"]?.integer,
        let reference = json["reference"]?.string.flatMap({ Reference($0) }), let people = json["people"]?.array
      else { return nil }
      self.init(
        tenantID: tenantID, reference: reference,
        people: people.compactMap { person in
          guard let id = person["id"]?.integer, let name = person["name"]?.string else { return nil }
          return Person(id: id, name: name)
        })
    }
  }

  /// Seconds after the last sign of life; pages give one every 10.
  static let lifetime = 30

  let redis: Redis
  let findRequest: FindRequest
  let hub: LiveHub

  /// By Redis' clock, so that no two servers' clocks need agree. The members are `number name`.
  private static let touch = RedisScript(
    """
    local now = tonumber(redis.call('TIME')[1])
    redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
    if ARGV[1] == 'enter' then redis.call('ZADD', KEYS[1], now + ARGV[3], ARGV[2]) end
    if ARGV[1] == 'leave' then redis.call('ZREM', KEYS[1], ARGV[2]) end
    redis.call('EXPIRE', KEYS[1], ARGV[3])
    return redis.call('ZRANGE', KEYS[1], 0, 19)
    """)

  /// The caller has the request open.
  /// - Returns: who else has.
  func enter(_ reference: Reference, as actor: Actor) async throws -> [Person] {
    try await touch("enter", reference, as: actor)
  }

  func leave(_ reference: Reference, as actor: Actor) async throws -> [Person] {
    try await touch("leave", reference, as: actor)
  }

  private func touch(_ verb: String, _ reference: Reference, as actor: Actor) async throws -> [Person] {
    guard let me = actor.person, actor.seesInternal else { throw Problem(.forbidden) }
    _ = try await findRequest(reference, as: actor).get()
    let reply = try await redis.run(
      Self.touch, keys: ["presence:\(actor.tenant.id):\(reference.stored)"],
      arguments: [verb, "\(me.id) \(me.name)", Self.lifetime])
    let people = (reply.array ?? []).compactMap { entry -> Person? in
      guard let parts = entry.string?.split(separator: " ", maxSplits: 1), parts.count == 2, let id = Int(parts[0])
      else { return nil }
      return Person(id: id, name: String(parts[1]))
    }
    try await hub.tell(Sight(tenantID: actor.tenant.id, reference: reference, people: people))
    return people.filter { $0.id != me.id }
  }
}
