import Civic
import FoundationEssentials
import HTTPServer
import JSON
import PostgreSQL
import Redis
import Testing

@testable import Lamppost

/// One township attacks another: by every route there is, with everything that could open something.
@Suite(.timeLimit(.minutes(10))) struct IsolationAttackTests {
  /// Somebody at the attacking township's address.
  private struct Attacker {
    let name: String
    let client: Client
    /// For forms of pages.
    var token: String?
  }

  /// Fresh ones for each route: some routes end whoever calls them.
  private func attackers(_ home: Township, _ victim: Victim) async throws -> [Attacker] {
    var attackers = [
      Attacker(name: "nobody", client: home.anonymous),
      Attacker(name: "the victim's token", client: at(home, victim.administrator)),
      Attacker(name: "the victim's cookie", client: at(home, victim.browser.client), token: victim.browser.token),
      Attacker(name: "the victim's code", client: home.holder(of: victim.code)),
    ]
    for role in Role.allCases {
      let browser = try await home.browser(role, department: "roads")
      attackers.append(
        Attacker(
          name: "the other's \(role.rawValue)", client: browser.client.with("X-CSRF-Token", browser.token),
          token: browser.token))
    }
    return attackers
  }

  private func at(_ home: Township, _ client: Client) -> Client { Client(township: home, headers: client.headers) }

  /// The addresses of a route with the victim's keys in it, those that the route takes.
  private func targets(
    _ route: RouteDescription<Access>, _ victim: Victim, _ router: Router<Access, Context>
  ) -> [String] {
    var targets = [""]
    for segment in route.template.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
      guard segment.hasPrefix("{"), let end = segment.firstIndex(of: "}") else {
        targets = targets.map { $0 + "/" + segment }
        continue
      }
      let name = String(segment[segment.index(after: segment.startIndex)..<end])
      let suffix = segment[segment.index(after: end)...]
      targets = targets.flatMap { target in victim.candidates(name).map { "\(target)/\($0)\(suffix)" } }
    }
    return targets.filter { target in
      if case .found(let found) = router.match(route.method, target) { return found.template == route.template }
      return false
    }
  }

  @Test("whoever comes to another township with this one's keys is shown nothing of it and changes nothing in it")
  func routes() async throws {
    let (victim, home) = (try await Victim(), try await Township())
    let handler = home.installation.handler
    let forger = Forger(victim)
    let before = try await victim.digests()
    var attacked = 0
    for route in handler.router.routes {
      let targets = targets(route, victim, handler.router)
      #expect(!targets.isEmpty, "nothing was found to put into \(route.template)")
      for attacker in try await attackers(home, victim) {
        // The operator of the installation keeps every township, by these routes alone.
        if case .staff(.manageTenants) = route.access, attacker.name.hasSuffix("operator") { continue }
        for target in targets.prefix(40) {
          for body in forger.bodies(route) {
            let answer = try await send(route, target, body, attacker)
            attacked += 1
            let what = "\(route.method.rawValue) \(target) as \(attacker.name)"
            #expect(!answer.text.contains(victim.mark), "\(what) tells: \(answer.text.prefix(300))")
            #expect(answer.status < 500 || answer.status == 503, "\(what): \(answer.status)")
          }
        }
      }
      let after = try await victim.digests()
      for (table, digest) in before where after[table] != digest {
        Issue.record("\(route.method.rawValue) \(route.template) changed \(table) of the other township")
      }
    }
    #expect(attacked > 1500, "\(attacked)")
  }

  private func send(
    _ route: RouteDescription<Access>, _ target: String, _ body: Forger.Body, _ attacker: Attacker
  ) async throws -> Client.Answer {
    switch body {
    case .none: return try await attacker.client.send(route.method, target, nil)
    case .json(let value): return try await attacker.client.send(route.method, target, Array(value.text.utf8))
    case .form(let fields):
      let token = attacker.token.map { [(name: PageForm.tokenField, value: $0)] } ?? []
      return try await attacker.client.with("Content-Type", "application/x-www-form-urlencoded")
        .send(route.method, target, Array(Query(fields + token).encoded.utf8))
    }
  }

  @Test("the marks that the attack looks for would be seen: the township's own people see them")
  func control() async throws {
    let victim = try await Victim()
    let router = victim.town.installation.handler.router
    var seen: [String] = []
    for route in router.routes where route.method == .get {
      for target in targets(route, victim, router).prefix(3) {
        let answer = try await victim.administrator.get(target)
        if answer.text.contains(victim.mark) { seen.append(route.template) }
      }
    }
    #expect(Set(seen).count > 25, "\(Set(seen).sorted())")
  }

  @Test("a cursor, an idempotency key and a saved view of one township are nothing in another")
  func handles() async throws {
    let (one, other) = (try await Township(), try await Township())
    for _ in 0..<3 { try await one.report(); try await other.report() }
    let cursor = try #require(try await one.anonymous.get("/api/v1/requests?limit=1")["next_cursor"]?.string)
    #expect(try await other.anonymous.get("/api/v1/requests?limit=1&cursor=\(cursor)").code == "invalid_cursor")
    #expect(try await one.anonymous.get("/api/v1/requests?limit=1&cursor=\(cursor)").status == 200)
    let first = try await one.report(by: one.anonymous.with("Idempotency-Key", "the same"))
    let second = try await other.report(by: other.anonymous.with("Idempotency-Key", "the same"))
    #expect(first.reference != second.reference && first.code != second.code)
    #expect(try await other.anonymous.get("/api/v1/track/\(try #require(first.code))").status == 404)
    let view = try await one.somebody(.agent).post(
      "/api/v1/views", .object(["name": .string("Mine"), "filter": .object([:])]))
    let id = try #require(view["id"]?.string, "\(view.text)")
    #expect(try await other.somebody(.agent).delete("/api/v1/views/\(id)").status == 404)
  }

  @Test("whatever is kept in Redis carries its township, or a digest that holds it")
  func cache() async throws {
    let town = try await Township()
    let agent = try await town.browser(.agent)
    let (reference, _) = try await town.report()
    _ = try await agent.get("/staff/dashboard")
    _ = try await agent.client.with("X-CSRF-Token", agent.token).post("/api/v1/requests/\(reference)/presence")
    let redis = town.installation.application.redis
    var (cursor, keys) = ("0", [String]())
    repeat {
      let page = try await redis.command("SCAN", cursor, "COUNT", 1000).array ?? []
      cursor = page.first?.string ?? "0"
      keys += page.last?.array?.compactMap(\.string) ?? []
    } while cursor != "0"
    #expect(
      keys.contains { $0.hasPrefix("session:\(town.id):") } && keys.contains { $0.hasPrefix("presence:\(town.id):") })
    let known = /(?:[a-z_]+:(?:\d+:)?\d+:.+|limit:[a-z_]+:[A-Za-z0-9_-]{22})/
    for key in keys { #expect(key.wholeMatch(of: known) != nil, "\(key)") }
    // The limits of one township are not used up by another's callers.
    let other = try await Township()
    let limiter = town.installation.application.limiter
    for _ in 0..<5 { try await limiter.take(.mailSubject, "\(town.id) same@example.test") }
    await #expect(throws: Problem.self) { try await limiter.take(.mailSubject, "\(town.id) same@example.test") }
    try await limiter.take(.mailSubject, "\(other.id) same@example.test")
  }

  @Test("a stream of events tells of its own township alone, and takes no other's position or cookie")
  func streams() async throws {
    let (one, other) = (try await Township(), try await Township())
    let process = try ServingProcess(one.installation)
    do {
      let stream = try await EventClient(process, try await one.somebody(.administrator))
      _ = try await stream.events(through: "hello")
      let (foreign, code) = try await other.report()
      let (own, _) = try await one.report()
      let events = try await stream.events { $0.data.contains(own) }
      #expect(!events.contains { $0.data.contains(foreign) })
      let path = "/api/v1/track/\(try #require(code))/stream"
      #expect(try await EventClient(process, one.anonymous, path).status == 404)
      let stranger = Client(township: one, headers: try await other.browser(.administrator).client.headers)
      let read = try await EventClient(process, stranger)
      _ = try await read.events(through: "hello")
      let (hidden, _) = try await one.report([("category", .string("harassment"))])
      let (shown, _) = try await one.report()
      #expect(!(try await read.events { $0.data.contains(shown) }).contains { $0.data.contains(hidden) })
    } catch {
      await process.stop()
      throw error
    }
    await process.stop()
  }
}
