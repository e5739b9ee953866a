import FoundationEssentials
import JSON
import Testing

@testable import Lamppost

/// What open screens are told, over real sockets.
@Suite(.timeLimit(.minutes(2))) struct LiveTests {
  private func withProcess(
    _ town: Township, redisURL: String? = nil, _ body: (ServingProcess) async throws -> Void
  ) async throws {
    let process = try ServingProcess(town.installation, redisURL: redisURL)
    do { try await body(process) } catch {
      await process.stop()
      throw error
    }
    await process.stop()
  }

  private func opened(_ stream: EventClient) async throws -> String {
    let hello = try await stream.events(through: "hello").last
    return try #require(hello?.id)
  }

  @Test("a new report comes to every open screen, whichever process took it")
  func twoProcesses() async throws {
    let town = try await Township()
    let agent = try await town.somebody(.agent)
    try await withProcess(town) { first in
      try await withProcess(town) { second in
        let screens = [try await EventClient(first, agent), try await EventClient(second, agent)]
        for screen in screens { _ = try await opened(screen) }
        // Taken by a third.
        let (reference, _) = try await town.report()
        for screen in screens {
          let event = try #require(try await screen.events { $0.data.contains(reference) }.last)
          #expect(event.name == "request.created" && event["status"]?.string == "submitted")
          #expect(event["location"]?["latitude"]?.double == 42.36)
        }
      }
    }
  }

  @Test("who was away hears what was missed, from where they were, and nothing before it")
  func resume() async throws {
    let town = try await Township()
    let agent = try await town.somebody(.agent)
    try await withProcess(town) { process in
      let before = try await town.report().reference
      // Whoever is still writing, in any database of the server, keeps the position back.
      let number: String? = try await town.database.read(
        "SELECT max(xact::text::bigint)::text FROM request_events WHERE tenant_id = \(town.id)"
      ).first?.get(0)
      var position = ""
      repeat {
        position = try await opened(try await EventClient(process, agent))
      } while Int(position)! <= Int(number!)!
      let reference = try await town.report().reference
      _ = try await agent.post("/api/v1/requests/\(reference)/status", .object(["status": .string("under_review")]))
      for stream in [
        try await EventClient(process, agent, after: position),
        try await EventClient(process, agent, "/api/v1/stream?last_event_id=\(position)"),
      ] {
        let events = try await stream.events(through: "hello")
        #expect(events.compactMap(\.name).filter { !$0.isEmpty } == ["request.created", "request.changed", "hello"])
        #expect(!events.contains { $0.data.contains(before) })
      }
    }
  }

  @Test("a position that never was, or too long an absence, is answered with: look for yourself")
  func reset() async throws {
    let town = try await Township()
    try await withProcess(town) { process in
      for id in ["9999999999999999", "99999999999999999999999", "elephant", "-1"] {
        let stream = try await EventClient(process, town.anonymous, after: id)
        #expect(try await stream.events(through: "hello").contains { $0.name == "reset" }, "\(id)")
      }
      let position = try await opened(try await EventClient(process, town.anonymous))
      let (reference, _) = try await town.report()
      _ = try await town.database.write(
        """
        INSERT INTO request_events (tenant_id, request_id, kind, visibility)
        SELECT tenant_id, id, 'status', 'public' FROM requests CROSS JOIN generate_series(1, \(LiveFeed.limit + 1))
         WHERE tenant_id = \(town.id) AND reference = \(reference.filter { $0 != "-" })
        """)
      let stream = try await EventClient(process, town.anonymous, after: position)
      #expect(try await stream.events(through: "hello").contains { $0.name == "reset" })
    }
  }

  @Test("what is internal or private is told to nobody whom it does not concern")
  func secrecy() async throws {
    let town = try await Township()
    let (agent, citizen) = (try await town.somebody(.agent), try await town.somebody(.citizen))
    let neighbour = try await town.somebody(.citizen)
    try await withProcess(town) { process in
      let (reference, _) = try await town.report(by: citizen)
      let guest = try await town.report([("title", .string("Guest's"))])
      let code = try #require(guest.code)
      let outsiders = [
        try await EventClient(process, town.anonymous), try await EventClient(process, neighbour),
        try await EventClient(process, town.holder(of: code)),
        try await EventClient(process, town.anonymous, "/api/v1/track/\(code)/stream"),
      ]
      let reporter = try await EventClient(process, citizen)
      let viewer = try await EventClient(process, try await town.somebody(.viewer))
      for stream in outsiders + [reporter, viewer] { _ = try await opened(stream) }

      let path = "/api/v1/requests/\(reference)"
      for (visibility, body) in [("internal", "zugzwang"), ("private", "which pole?")] {
        _ = try await agent.post(
          path + "/comments", .object(["body": .string(body), "visibility": .string(visibility)]))
      }
      _ = try await agent.post(path + "/assignment", .object(["department": .string("roads")]))
      let hidden = try await town.report([("category", .string("harassment"))], by: citizen).reference
      // The end of it, seen by everybody.
      _ = try await agent.post(
        "/api/v1/requests/\(guest.reference)/status", .object(["status": .string("in_progress")]))
      _ = try await agent.post(
        "/api/v1/requests/\(guest.reference)/comments",
        .object(["body": .string("we come"), "visibility": .string("public")]))

      for stream in outsiders {
        let events = try await stream.events(through: "comment.added")
        for event in events {
          #expect(event["kind"] == nil && event["visibility"] == nil)
          #expect(!event.data.contains(hidden) && !event.data.contains("zugzwang"))
          if event.name == "comment.added" { #expect(event["reference"]?.string == guest.reference) }
        }
      }
      // The reporter hears of the private line, and of their own hidden report, but never of the internal ones.
      let heard = try await reporter.events { $0.data.contains(hidden) }
      #expect(heard.filter { $0.name == "comment.added" }.count == 1)
      let seen = try await viewer.events { $0.data.contains(hidden) }
      #expect(seen.filter { $0.name == "comment.added" }.count == 2)
      #expect(seen.contains { $0["kind"]?.string == "assignment" })
    }
  }

  @Test("another township's news is not heard")
  func otherTownship() async throws {
    let (town, other) = (try await Township(), try await Township())
    try await withProcess(town) { process in
      let stream = try await EventClient(process, try await town.somebody(.manager))
      _ = try await opened(stream)
      let foreign = try await other.report().reference
      let own = try await town.report().reference
      let events = try await stream.events(through: "request.created")
      #expect(events.last?["reference"]?.string == own && !events.contains { $0.data.contains(foreign) })
    }
  }

  @Test("a tracking page hears of its own report alone, and of its file once it was scanned")
  func tracked() async throws {
    let town = try await Township()
    let (reference, code) = try await town.report()
    let holder = town.holder(of: try #require(code))
    try await withProcess(town) { process in
      let stream = try await EventClient(process, town.anonymous, "/api/v1/track/\(code!)/stream")
      _ = try await opened(stream)
      try await town.report()
      let upload = try await holder.upload(
        "/api/v1/requests/\(reference)/attachments", files: [("file", "x.jpg", Samples.eicar)])
      try await town.runJobs()
      var events: [EventClient.Event] = []
      while events.last?["attachment"] == nil { events.append(try await stream.next()) }
      #expect(events.last?["attachment"]?["id"]?.string == upload["id"]?.string)
      #expect(events.last?["attachment"]?["state"]?.string == "infected")
      // Its own beginning may be told again where somebody was still writing when the stream was opened.
      #expect(!events.contains { $0.name == "request.created" && $0["reference"]?.string != reference })
      #expect(try await town.anonymous.get("/api/v1/track/WRONG/stream").status == 404)
    }
  }

  @Test("the stream of somebody who is deactivated ends, and so does that of a role that was taken away")
  func deactivated() async throws {
    let town = try await Township()
    let (leaver, agent) = (try await town.somebody(.manager), try await town.somebody(.agent))
    try await withProcess(town) { process in
      let (leaving, demoted) = (try await EventClient(process, leaver), try await EventClient(process, agent))
      for stream in [leaving, demoted] { _ = try await opened(stream) }
      _ = try await town.database.write("UPDATE people SET active = false WHERE id = \(leaver.personID ?? 0)")
      _ = try await town.database.write("UPDATE people SET role = 'citizen' WHERE id = \(agent.personID ?? 0)")
      process.application.live.send(.tick, to: town.id)
      await #expect(throws: (any Error).self) { while true { _ = try await leaving.next() } }
      _ = try await demoted.events(through: "alive")
      try await town.report([("category", .string("harassment"))])
      let open = try await town.report().reference
      let events = try await demoted.events { $0.data.contains(open) }
      #expect(events.filter { $0.name == "request.created" }.count == 1 && events.last?["kind"] == nil)
    }
  }

  @Test("with Redis away reports go on, and public screens hear of them a little later")
  func withoutRedis() async throws {
    let town = try await Township()
    try await withProcess(town, redisURL: "redis://127.0.0.1:9/0") { process in
      let stream = try await EventClient(process, town.anonymous)
      _ = try await opened(stream)
      let (reference, _) = try await town.report()
      #expect(try await stream.events(through: "request.created").last?["reference"]?.string == reference)
    }
  }

  @Test("with Redis away public pages go on, and a signed-in page says so instead of asking to sign in again")
  func pagesWithoutRedis() async throws {
    let town = try await Township()
    let person = try #require(try await town.somebody(.agent).personID)
    let tenant = try await town.installation.application.tenants.tenant(host: town.host)
    let token = try await town.installation.application.sessions.create(personID: person, epoch: 1, tenant: tenant)
    let cookie = Client(township: town, headers: ["Cookie": "\(SessionStore.cookieName)=\(token.text)"])
    try await withProcess(town, redisURL: "redis://127.0.0.1:9/0") { process in
      let report = try await EventClient(process, cookie, "/report").status
      let staff = try await EventClient(process, cookie, "/staff").status
      let stranger = try await EventClient(process, town.anonymous, "/staff").status
      #expect(report == 200 && staff == 503 && stranger == 303)
      // Mail to an address that somebody typed waits for the limits.
      await #expect(throws: Problem.self) {
        try await process.application.limiter.take(.mailSubject, "somebody")
      }
    }
  }

  @Test("one person cannot take all streams there are")
  func limit() async throws {
    let town = try await Township()
    let citizen = try await town.somebody(.citizen)
    try await withProcess(town) { process in
      var streams: [EventClient] = []
      for _ in 0..<LiveHub.limitPerSubject {
        streams.append(try await EventClient(process, citizen))
        _ = try await opened(streams.last!)
      }
      #expect(try await EventClient(process, citizen).status == 429)
      #expect(process.application.live.count == LiveHub.limitPerSubject)
      streams.removeAll()
      for _ in 0..<100 where process.application.live.count > 0 { try await Task.sleep(for: .milliseconds(50)) }
      #expect(process.application.live.count == 0)
    }
  }
}

/// Who has what open.
@Suite(.timeLimit(.minutes(1))) struct PresenceTests {
  @Test("staff see who else has a report open, on every screen, until they leave")
  func presence() async throws {
    let town = try await Township()
    let (agent, viewer, citizen) = (
      try await town.somebody(.agent), try await town.somebody(.viewer), try await town.somebody(.citizen)
    )
    let (reference, _) = try await town.report(by: citizen)
    let path = "/api/v1/requests/\(reference)/presence"
    #expect(try await agent.post(path)["people"]?.array?.isEmpty == true)
    let process = try ServingProcess(town.installation)
    let (staff, stranger) = (try await EventClient(process, viewer), try await EventClient(process, citizen))
    for stream in [staff, stranger] { _ = try await stream.events(through: "hello") }
    let others = try await viewer.post(path)["people"]?.array ?? []
    #expect(others.map { $0["name"]?.string } == ["A agent"])
    let sight = try #require(try await staff.events(through: "presence").last)
    #expect(sight["reference"]?.string == reference && sight["people"]?.array?.count == 2)
    #expect(try await agent.delete(path)["people"]?.array?.count == 1)
    #expect(try await staff.events(through: "presence").last?["people"]?.array?.count == 1)
    // Citizens are told nothing of it.
    _ = try await agent.post(
      "/api/v1/requests/\(reference)/comments", .object(["body": .string("x"), "visibility": .string("public")]))
    #expect(try await !stranger.events(through: "comment.added").contains { $0.name == "presence" })
    #expect(try await citizen.post(path).status == 403)
    #expect(try await town.anonymous.post(path).status == 401)
    #expect(try await agent.post("/api/v1/requests/0000-0000/presence").status == 404)
    await process.stop()
  }
}
