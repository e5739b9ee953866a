import EventLoop
import Foundation
import Testing

@testable import PostgreSQL

struct FaultTests {
  @Test("a restart of the server in the middle of traffic costs reads and transactions nothing but time")
  func restart() async throws {
    try await PrivateServer.withServer { server in
      try await withDatabase(
        url: server.url,
        configure: {
          $0.leaseTimeout = .seconds(30); $0.retryLimit = 30
        }
      ) { database in
        try await database.write("CREATE TABLE t (worker int, n int, PRIMARY KEY (worker, n))")
        let progress = Counter()
        let done = Counter()
        try await withThrowingTaskGroup(of: Void.self) { group in
          for worker in 0..<8 {
            group.addTask {
              var next = 0
              while done.value == 0 {
                do {
                  #expect(try await database.value("SELECT \(worker)", as: Int.self) == worker)
                  let n = next
                  try await database.write { try await $0.execute("INSERT INTO t VALUES (\(worker), \(n))") }
                  next += 1
                  progress.add()
                } catch let error as DatabaseError {
                  // A COMMIT whose answer was lost may have happened: only then is there an error, and it says so. The
                  // second read of one statement may meet the end of the server, too.
                  #expect(error.kind == .connectionLost, "\(error.debugDescription)")
                  if error.mayHaveTakenEffect {
                    let n = next
                    next += try await database.value("SELECT count(*) FROM t WHERE worker = \(worker) AND n = \(n)")
                  }
                }
              }
              let rows: Int = try await database.value("SELECT count(*) FROM t WHERE worker = \(worker)")
              #expect(rows == next)
            }
          }
          for _ in 0..<3 {
            let before = progress.value
            #expect(try await eventually { progress.value > before + 50 })
            try await server.stop()
            try await server.start()
          }
          let before = progress.value
          #expect(try await eventually { progress.value > before + 50 })
          done.add()
          try await group.waitForAll()
        }
        #expect(await database.statistics().primary.connectionsLost > 0)
      }
    }
  }

  @Test("a write whose connection breaks says that it may have happened, and is not run again")
  func brokenWrite() async throws {
    try await withDatabase { database async throws in
      let marker = "m" + UUID().uuidString.prefix(8)
      let write = Task { try await database.write(SQL(unsafeSQL: "SELECT pg_sleep(600) AS \(marker)")) }
      let end: SQL = """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE state = 'active' AND query LIKE '%' || \(marker) AND pid <> pg_backend_pid()
        """
      #expect(try await eventually { try await database.read(end).count == 1 })
      let error = await failure { try await write.value }
      #expect(error?.kind == .connectionLost && error?.mayHaveTakenEffect == true)
      #expect(try await database.write("SELECT 1").count == 1)
    }
  }

  @Test("of several hosts the one that answers is used")
  func hosts() async throws {
    try await PrivateServer.withServer { server in
      let url = "postgresql://postgres@/postgres?host=/nonexistent,\(server.directory)&port=1,5432"
      try await withDatabase(url: url) { database async throws in
        #expect(try await database.write("SELECT 1").count == 1)
      }
    }
  }

  @Test("a server that is not there, and a string that is no address, are told at the start")
  func unreachable() async throws {
    let loop = EventLoop(name: "test")
    defer { loop.stop() }
    for (url, kind) in [
      ("postgresql:///postgres?host=/nonexistent", DatabaseError.Kind.connectionLost),
      ("postgresql://user:hunter2@[/", .invalidConfiguration),
    ] {
      var configuration = Database.Configuration(url: url)
      configuration.leaseTimeout = .milliseconds(200)
      let database = Database(configuration, loop: loop)
      let error = await failure { try await database.start(within: .milliseconds(200)) }
      #expect(error?.kind == kind && error?.debugDescription.contains("hunter2") == false)
      #expect(await failure { try await database.read("SELECT 1") }?.kind == kind)
      #expect(await failure { try await database.write { try await $0.execute("SELECT 1") } }?.kind == kind)
      #expect(await database.statistics().primary.refused == 2)
      #expect(!database.isReachable)
      await database.shutdown()
    }
  }

  @Test("reads go to the replica while there is one")
  func replica() async throws {
    try await PrivateServer.withServer { server in
      try await withDatabase(configure: { $0.replicaURL = server.url }) { database async throws in
        let own: SQL = "SELECT current_setting('unix_socket_directories')"
        #expect(try await eventually { try await database.value(own) == server.directory })
        #expect(try await database.write(own)[0].get(0, as: String.self) != server.directory)
        try await server.stop()
        #expect(try await eventually { try await database.value(own) != server.directory })
      }
    }
  }
}
