import Foundation
import Testing

@testable import PostgreSQL

struct ListenTests {
  @Test("a listener hears its channels, and is told when its connection was broken")
  func listen() async throws {
    try await withDatabase { database in
      let channel = "Chan \"" + UUID().uuidString.prefix(8)
      var heard = database.listen([channel, "other_\(UUID().uuidString.prefix(8))"]).makeAsyncIterator()
      #expect(await heard.next() == .reconnected)
      try await database.write("SELECT pg_notify(\(channel), \("ü 1"))")
      #expect(await heard.next() == .message(channel: channel, payload: "ü 1"))
      // The backend of the listener is the one whose last statement was LISTEN on this channel.
      let killed = try await database.write(
        """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE query LIKE 'LISTEN %' AND strpos(query, \(channel.replacing("\"", with: "\"\""))) > 0
        """)
      #expect(killed.count == 1)
      #expect(await heard.next() == .reconnected)
      try await database.write("SELECT pg_notify(\(channel), '2')")
      #expect(await heard.next() == .message(channel: channel, payload: "2"))
    }
  }

  @Test("the connection is closed when nobody listens any more, and the stream ends at shutdown")
  func end() async throws {
    try await withDatabase { database in
      let channel = "c" + UUID().uuidString.prefix(8).lowercased()
      let other = Database(database.configuration, loop: database.primary.loop)
      try await other.start()
      let listening = Task {
        var count = 0
        for await _ in other.listen([channel]) { count += 1 }
        return count
      }
      let connected = { () async throws -> Bool in
        try await database.value(
          "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE 'LISTEN %' || \(channel) || '%')", as: Bool.self
        )
      }
      #expect(try await eventually { try await connected() })
      listening.cancel()
      #expect(await listening.value <= 1)
      #expect(try await eventually { try await !connected() })
      let second = Task { for await _ in other.listen([channel]) {} }
      #expect(try await eventually { try await connected() })
      await other.shutdown()
      await second.value
      #expect(try await eventually { try await !connected() })
    }
  }
}
