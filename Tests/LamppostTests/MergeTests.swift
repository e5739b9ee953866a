import Civic
import FoundationEssentials
import JSON
import PostgreSQL
import Testing

@testable import Lamppost

/// Two reports of one problem made one, and taken apart again.
@Suite struct MergeTests: PageCalling {
  private func path(_ reference: String) -> String { "/api/v1/requests/\(reference)" }

  private func say(_ body: String, _ visibility: String, _ reference: String, by client: Client) async throws {
    let answer = try await client.post(
      path(reference) + "/comments", .object(["body": .string(body), "visibility": .string(visibility)]))
    try #require(answer.status == 201, "\(answer.text)")
  }

  @discardableResult private func merge(
    _ reference: String, into other: String, by client: Client
  ) async throws -> Client.Answer {
    let answer = try await client.post(path(reference) + "/duplicates", .object(["of": .string(other)]))
    try #require(answer.status == 200, "\(answer.text)")
    return answer
  }

  /// Every row that a merge may move, and the requests themselves, as text.
  private func everything(_ town: Township) async throws -> [String] {
    let tables =
      [
        "SELECT 'comment', id::text, request_id FROM comments WHERE tenant_id = \(town.id)",
        "SELECT 'mention', comment_id::text, request_id FROM comment_mentions WHERE tenant_id = \(town.id)",
        "SELECT 'file', id::text, request_id FROM attachments WHERE tenant_id = \(town.id)",
        "SELECT 'supporter', concat(person_id, encode(guest, 'hex')), request_id FROM supporters WHERE tenant_id = \(town.id)",
        "SELECT 'follower', concat(person_id, email), request_id FROM followers WHERE tenant_id = \(town.id)",
        """
        SELECT 'request', concat_ws(' ', reference, status, duplicate_of, supporters, closed_at, search_public, search_staff), id
          FROM requests WHERE tenant_id = \(town.id)
        """,
      ] as [SQL]
    var rows: [String] = []
    for table in tables {
      rows += try await town.database.read(table).map { row in
        let (kind, id, request) = try row.decode(String.self, String.self, Int.self)
        return "\(kind) \(id) \(request)"
      }
    }
    return rows.sorted()
  }

  @Test("supporters, followers, photos and comments go along, and taking it back leaves everything exactly as before")
  func thereAndBack() async throws {
    let town = try await Township()
    let (ann, bob, carl) = (
      try await town.somebody(.citizen), try await town.somebody(.citizen), try await town.somebody(.citizen)
    )
    let agent = try await town.somebody(.agent)
    let (duplicate, _) = try await town.report([("title", .string("Dark corner"))], by: ann)
    let (survivor, _) = try await town.report([("title", .string("Lamp out"))], by: bob)
    for client in [carl, bob, town.anonymous] { _ = try await client.post(path(duplicate) + "/support") }
    _ = try await carl.post(path(survivor) + "/support")
    _ = try await carl.post(path(duplicate) + "/follow")
    try await say("A fuse, I guess", "internal", duplicate, by: agent)
    try await say("We know of it", "public", duplicate, by: agent)
    try await say("I limp", "private", duplicate, by: ann)
    _ = try await ann.upload(path(duplicate) + "/attachments", files: [("file", "a.jpg", [1])])
    _ = try await agent.upload(path(duplicate) + "/attachments", files: [("file", "b.jpg", [2])])
    try await town.runJobs()
    let before = try await everything(town)

    let merged = try await merge(duplicate, into: survivor, by: agent)
    #expect(merged["status"]?.string == "duplicate" && merged["duplicate_of"]?.string == survivor)
    #expect(merged["closed_at"]?.string != nil)
    let other = try await agent.get(path(survivor))
    // Carl once; a guest; Ann, who reported the duplicate. Bob, whose own report goes on, does not support it.
    #expect(other["supporters"]?.integer == 3 && other["attachments"]?.array?.count == 2, "\(other.text)")
    #expect(other["version"]?.integer == 2 && other["duplicate_of"] == .null)
    let said = try await agent.get(path(survivor) + "/comments").items.map { $0["body"]?.string }
    #expect(said == ["A fuse, I guess", "We know of it"])
    #expect(try await town.anonymous.get("/api/v1/requests?q=know").items.map { $0["reference"]?.string } == [survivor])
    let list = try await agent.get(path(survivor) + "/duplicates").items
    #expect(list.map { $0["reference"]?.string } == [duplicate] && list.first?["title"]?.string == "Dark corner")
    #expect(try await followers(town, of: survivor) == 3, "Bob reported, Ann and Carl came along")

    let undone = try await agent.delete(path(duplicate) + "/duplicates")
    #expect(undone["status"]?.string == "submitted" && undone["duplicate_of"] == .null, "\(undone.text)")
    #expect(undone["closed_at"] == .null)
    #expect(try await everything(town) == before)
    for reference in [duplicate, survivor] {
      let kinds = try await agent.get(path(reference) + "/history").items.map { $0["kind"]?.string ?? "" }
      #expect(kinds.filter { $0 == "merged" }.count == 2, "\(kinds)")
    }
    try await town.runJobs()
  }

  private func followers(_ town: Township, of reference: String) async throws -> Int {
    try await town.database.read(
      """
      SELECT count(*) FROM followers f JOIN requests r ON r.tenant_id = f.tenant_id AND r.id = f.request_id
       WHERE r.tenant_id = \(town.id) AND r.reference = \(reference.replacing("-", with: ""))
      """
    ).first?.get(0) ?? 0
  }

  @Test("what was added to the survivor since stays there when the merge is taken back")
  func since() async throws {
    let town = try await Township()
    let (ann, carl) = (try await town.somebody(.citizen), try await town.somebody(.citizen))
    let agent = try await town.somebody(.agent)
    let (duplicate, _) = try await town.report(by: ann)
    let (survivor, _) = try await town.report()
    try await merge(duplicate, into: survivor, by: agent)
    try await say("Since", "public", survivor, by: agent)
    _ = try await agent.upload(path(survivor) + "/attachments", files: [("file", "c.jpg", [3])])
    // Ann says by herself what was said for her; Carl comes new.
    for client in [ann, carl] {
      _ = try await client.post(path(survivor) + "/support")
      _ = try await client.post(path(survivor) + "/follow")
    }
    #expect(try await agent.get(path(survivor))["supporters"]?.integer == 2)
    _ = try await agent.delete(path(duplicate) + "/duplicates")
    let other = try await agent.get(path(survivor))
    #expect(other["supporters"]?.integer == 2 && other["attachments"]?.array?.count == 1)
    #expect(try await agent.get(path(survivor) + "/comments").items.count == 1)
    #expect(try await followers(town, of: survivor) == 2)
    #expect(try await agent.get(path(duplicate))["supporters"]?.integer == 0)
  }

  @Test("a private thread never leaves its report, and what the public may not see does not become public")
  func secrecy() async throws {
    let town = try await Township()
    let (ann, bob) = (try await town.somebody(.citizen), try await town.somebody(.citizen))
    let agent = try await town.somebody(.agent)
    let (hidden, _) = try await town.report([("category", .string("harassment"))], by: ann)
    let (open, _) = try await town.report(by: bob)
    try await say("ann-private", "private", hidden, by: ann)
    try await say("ann-public", "public", hidden, by: agent)
    try await say("ann-internal", "internal", hidden, by: agent)
    _ = try await ann.upload(path(hidden) + "/attachments", files: [("file", "a.jpg", [1])])
    try await merge(hidden, into: open, by: agent)
    for reader in [bob, town.anonymous, ann] {
      for call in ["", "/comments", "/history"] {
        let text = try await reader.get(path(open) + call).text
        #expect(!text.contains("ann-") && !text.contains(hidden), "\(call)")
      }
      #expect(try await !reader.get("/requests/\(open)").text.contains("ann-"))
    }
    #expect(try await bob.get(path(open))["attachments"]?.array?.isEmpty == true)
    let own = try await ann.get(path(hidden))
    #expect(own["attachments"]?.array?.count == 1 && own["duplicate_of"]?.string == open)
    #expect(try await ann.get(path(hidden) + "/comments").items.count == 2)
    // Staff who are limited to the other category read nothing of this one.
    #expect(try await agent.get(path(open) + "/comments").items.isEmpty)
    #expect(try await agent.get(path(hidden) + "/comments").text.contains("ann-internal"))
    // The other way round: a private survivor is not told of.
    let (third, _) = try await town.report(by: bob)
    try await say("bob-public", "public", third, by: agent)
    let (secret, _) = try await town.report([("category", .string("harassment"))], by: ann)
    try await merge(third, into: secret, by: agent)
    for reader in [bob, town.anonymous] {
      let seen = try await reader.get(path(third))
      #expect(seen["status"]?.string == "duplicate" && seen["duplicate_of"] == .null && !seen.text.contains(secret))
      #expect(try await !reader.get("/requests/\(third)").text.contains(secret))
      #expect(try await reader.get(path(third) + "/comments").items.count == 1, "it stays where it can be read")
    }
    #expect(try await agent.get(path(third))["duplicate_of"]?.string == secret)
  }

  @Test("the blurred place of one is not told by the exact place of the other")
  func blurred() async throws {
    let town = try await Township()
    _ = try await town.database.write(
      "UPDATE categories SET blurs_location = true WHERE tenant_id = \(town.id) AND slug = 'pothole'")
    let ann = try await town.somebody(.citizen)
    let agent = try await town.somebody(.agent)
    let (vague, _) = try await town.report([("category", .string("pothole"))], by: ann)
    let (exact, _) = try await town.report()
    try await say("seen", "public", vague, by: agent)
    let fan = try await town.somebody(.citizen)
    for call in ["/support", "/follow"] { #expect(try await fan.post(path(vague) + call).status == 200) }
    try await merge(vague, into: exact, by: agent)
    let lists = try await fan.get("/api/v1/me/export").text
    #expect(lists.contains(vague) && !lists.contains(exact), "nobody is led there by what they support and follow")
    #expect(try await followers(town, of: exact) == 1, "only who reported it")
    #expect(try await town.anonymous.get(path(vague))["duplicate_of"] == .null)
    #expect(try await town.anonymous.get(path(exact) + "/comments").items.isEmpty)
    #expect(try await ann.get(path(vague))["duplicate_of"]?.string == exact, "she knows where it is")
  }

  @Test("itself, its own duplicate, what has ended, what is not there and another township's are refused")
  func refusals() async throws {
    let town = try await Township()
    let agent = try await town.somebody(.agent)
    let (first, _) = try await town.report()
    let (second, _) = try await town.report()
    func attempt(_ reference: String, _ other: String, by client: Client? = nil) async throws -> Client.Answer {
      try await (client ?? agent).post(path(reference) + "/duplicates", .object(["of": .string(other)]))
    }
    #expect(try await attempt(first, first).fields == ["of": "merge_not_allowed"])
    #expect(try await attempt(first, "0000-0000").fields == ["of": "unknown_request"])
    #expect(try await attempt(first, "nonsense").fields == ["of": "unknown_request"])
    #expect(try await agent.post(path(first) + "/duplicates").fields == ["of": "required"])
    let foreign = try await Township().report().reference
    #expect(try await attempt(first, foreign).fields == ["of": "unknown_request"])
    #expect(try await attempt(foreign, first).status == 404)
    #expect(try await agent.delete(path(first) + "/duplicates").code == "merge_not_allowed")
    for role in [Role.viewer, .crew, .citizen] {
      let somebody = try await town.somebody(role)
      #expect(try await attempt(first, second, by: somebody).status == 403)
      #expect(try await somebody.delete(path(first) + "/duplicates").status == 403)
    }
    #expect(
      try await agent.with("If-Match", "\"9\"").post(
        path(first) + "/duplicates", .object(["of": .string(second)])
      ).status == 412)
    try await merge(first, into: second, by: agent)
    #expect(try await attempt(second, first).fields == ["of": "merge_not_allowed"], "a circle")
    #expect(try await attempt(first, second).fields == ["of": "merge_not_allowed"], "merged already")
    // Its status is the merge's.
    let reopened = try await agent.post(path(first) + "/status", .object(["status": .string("under_review")]))
    #expect(reopened.code == "transition_not_allowed")
    #expect(try await agent.post(path(first) + "/undo").code == "undo_not_allowed")
    #expect(try await agent.post(path(second) + "/undo").code == "undo_not_allowed")
    let (done, _) = try await town.report()
    try await status("completed", done, ["note": .string("Done")], by: agent)
    #expect(try await attempt(done, second).code == "transition_not_allowed")
    let (third, _) = try await town.report()
    try await merge(third, into: done, by: agent)
    let (withdrawn, _) = try await town.report()
    _ = try await agent.post(path(withdrawn) + "/withdraw")
    let (fourth, _) = try await town.report()
    #expect(try await attempt(fourth, withdrawn).fields == ["of": "merge_not_allowed"])
  }

  @Test("merging into a duplicate goes to its survivor; chains come apart in any order")
  func chains() async throws {
    let town = try await Township()
    let agent = try await town.somebody(.agent)
    var names: [String] = []
    for number in 0..<4 {
      let (reference, _) = try await town.report([("title", .string("Report \(number)"))])
      try await say("of \(number)", "public", reference, by: agent)
      _ = try await town.anonymous.post(path(reference) + "/support")
      names.append(reference)
    }
    let (a, b, c, d) = (names[0], names[1], names[2], names[3])
    let before = try await everything(town)
    for order in [[a, b, d], [d, b, a], [b, a, d]] {
      try await merge(a, into: b, by: agent)
      try await merge(b, into: c, by: agent)
      let late = try await merge(d, into: a, by: agent)
      #expect(late["duplicate_of"]?.string == c, "a is a duplicate of b, and b of c")
      // Four guests, and three who reported.
      #expect(try await agent.get(path(c))["supporters"]?.integer == 7)
      #expect(try await agent.get(path(c) + "/comments").items.count == 4)
      for reference in order {
        let undone = try await agent.delete(path(reference) + "/duplicates")
        #expect(undone.status == 200, "\(undone.text)")
      }
      #expect(try await everything(town) == before, "\(order)")
    }
  }

  @Test("a guest who came along takes their support back at the survivor, and is not counted twice")
  func guests() async throws {
    let town = try await Township()
    let agent = try await town.somebody(.agent)
    let (duplicate, _) = try await town.report()
    let (survivor, _) = try await town.report()
    let token = try #require(try await town.anonymous.post(path(duplicate) + "/support")["token"]?.string)
    let guest = town.anonymous.with("Supporter-Token", token)
    try await merge(duplicate, into: survivor, by: agent)
    #expect(try await guest.post(path(survivor) + "/support")["supporters"]?.integer == 2)
    #expect(try await guest.delete(path(survivor) + "/support")["supporters"]?.integer == 1)
    _ = try await agent.delete(path(duplicate) + "/duplicates")
    #expect(try await agent.get(path(duplicate))["supporters"]?.integer == 0, "what was taken back stays so")
  }

  @Test("two opposite merges at once end in one of them, and many at once in one survivor")
  func atOnce() async throws {
    let town = try await Township()
    let (one, two) = (try await town.somebody(.agent), try await town.somebody(.manager))
    for _ in 0..<4 {
      let (first, _) = try await town.report()
      let (second, _) = try await town.report()
      async let there = one.post(path(first) + "/duplicates", .object(["of": .string(second)]))
      async let back = two.post(path(second) + "/duplicates", .object(["of": .string(first)]))
      let answers = try await [there, back]
      #expect(answers.map(\.status).sorted() == [200, 422], "\(answers.map(\.text))")
    }
    let (survivor, _) = try await town.report()
    var others: [String] = []
    for _ in 0..<5 { others.append(try await town.report().reference) }
    try await withThrowingTaskGroup(of: Int.self) { group in
      for other in others {
        group.addTask {
          try await one.post(path(other) + "/duplicates", .object(["of": .string(survivor)])).status
        }
      }
      for try await status in group { #expect(status == 200) }
    }
    #expect(try await one.get(path(survivor))["supporters"]?.integer == 5)
    // Both take the same one back.
    let taken = path(others[0]) + "/duplicates"
    async let first = one.delete(taken)
    async let second = two.delete(taken)
    let ends = try await [first.status, second.status]
    #expect(ends.sorted() == [200, 422])
    #expect(try await one.get(path(survivor))["supporters"]?.integer == 4)
  }

  @Test("the duplicate's pages lead to the survivor, for the public and by tracking code")
  func forwarding() async throws {
    let town = try await Township()
    let agent = try await town.somebody(.agent)
    let (duplicate, code) = try await town.report()
    let (survivor, _) = try await town.report()
    try await merge(duplicate, into: survivor, by: agent)
    for address in ["/requests/\(duplicate)", "/track/\(try #require(code))"] {
      let page = try await town.anonymous.get(address)
      #expect(page.status == 200 && page.text.contains("id=\"forwarding\""), "\(address)")
      #expect(page.text.contains("href=\"/requests/\(survivor)\""))
    }
    #expect(try await town.anonymous.get("/api/v1/track/\(code!)")["duplicate_of"]?.string == survivor)
  }

  @Test("staff see what will move, merge, and take it back, on pages; who was slower is told")
  func pages() async throws {
    let town = try await Township()
    let agent = try await town.browser(.agent)
    let (duplicate, _) = try await town.report([("title", .string("Dark <b>corner"))])
    let (survivor, _) = try await town.report([("title", .string("Lamp out"))])
    try await say("hello", "internal", duplicate, by: try await town.somebody(.agent))
    let own = "/staff/requests/\(duplicate)"
    #expect(try await agent.get(own).text.contains("\(own)/merge?of=\(survivor)"), "among those that look the same")
    #expect(try await !town.browser(.viewer).get(own).text.contains("/merge"))
    let preview = try await agent.get("\(own)/merge?of=\(survivor.lowercased())")
    #expect(preview.status == 200 && preview.text.contains("1 comment") && preview.text.contains("0 metres apart"))
    #expect(preview.text.contains("Dark &lt;b&gt;corner") && !preview.text.contains("Dark <b>corner"))
    let api = try await agent.get(path(duplicate) + "/duplicates/preview?of=\(survivor)")
    #expect(api["moves"]?["comments"]?.integer == 1 && api["stays"]?["comments"]?.integer == 0)
    #expect(try await agent.get("\(own)/merge?of=\(duplicate)").status == 422)
    let unknown = try await agent.get("\(own)/merge?of=x")
    #expect(
      unknown.status == 422 && unknown.text.contains("href=\"#field-of\"") && unknown.text.contains("value=\"x\""))
    let versions = { (page: Client.Answer) in
      [
        ("of", survivor), ("version", try version(page)),
        ("survivor_version", String(try #require(page.text.firstMatch(of: /"survivor_version" value="([0-9]+)"/)).1)),
      ].map { (name: $0.0, value: $0.1) }
    }
    // Somebody else is faster.
    _ = try await town.somebody(.manager).patch(path(survivor), .object(["priority": .string("high")]))
    let late = try await agent.post("\(own)/merge", try versions(preview))
    #expect(late.status == 412 && late.text.contains("id=\"conflict\""))
    #expect(try await agent.post("\(own)/merge", try versions(late)).headers["Location"] == "\(own)?done=merge")
    let page = try await agent.get("\(own)?done=merge")
    #expect(page.text.contains("id=\"forwarding\"") && page.text.contains("value=\"unmerge\""))
    #expect(!page.text.contains("id=\"form-status\""))
    let other = try await agent.get("/staff/requests/\(survivor)").text
    #expect(other.contains("id=\"duplicates\"") && other.contains("Another report was merged into this one:"))
    let undone = try await agent.post(own, [("action", "unmerge"), ("version", try version(page))])
    #expect(undone.headers["Location"] == "\(own)?done=unmerge")
    #expect(try await !agent.get(own).text.contains("id=\"forwarding\""))
  }

  @Test("the duplicate's followers hear that it is one, and from then on what becomes of the survivor")
  func mails() async throws {
    let town = try await Township()
    let agent = try await town.somebody(.agent)
    let ann = try await town.somebody(.citizen)
    let (duplicate, _) = try await town.report(by: ann)
    let (survivor, _) = try await town.report()
    try await merge(duplicate, into: survivor, by: agent)
    try await status("in_progress", survivor, by: agent)
    let waiting = try await town.database.read(
      """
      SELECT r.reference, e.after FROM jobs j
        JOIN requests r ON r.tenant_id = j.tenant_id AND r.id = split_part(j.subject, ':', 1)::bigint
        JOIN request_events e ON e.tenant_id = r.tenant_id AND e.request_id = r.id
         AND e.sequence = split_part(j.subject, ':', 2)::int
       WHERE j.tenant_id = \(town.id) AND j.kind = 'notify_followers' AND e.kind = 'status'
      """
    ).map { "\(try $0.get(0, as: String.self)) \(try $0.get(1, as: String.self))" }
    #expect(
      Set(waiting) == [
        "\(duplicate.replacing("-", with: "")) duplicate", "\(survivor.replacing("-", with: "")) in_progress",
      ])
    // Who stops at the duplicate by an old mail's link stops at the survivor.
    let told: SQL = """
      SELECT count(*) FROM followers f JOIN requests r ON r.tenant_id = f.tenant_id AND r.id = f.request_id
       WHERE r.tenant_id = \(town.id) AND r.reference = \(survivor.replacing("-", with: "")) AND f.person_id = \(ann.personID)
         AND NOT EXISTS (SELECT 1 FROM followers o WHERE o.tenant_id = f.tenant_id AND o.id = f.origin_id
                          AND o.stopped_at IS NOT NULL)
      """
    #expect(try await town.database.read(told).first?.get(0, as: Int.self) == 1)
    _ = try await ann.delete(path(duplicate) + "/follow")
    #expect(try await town.database.read(told).first?.get(0, as: Int.self) == 0)
  }
}
