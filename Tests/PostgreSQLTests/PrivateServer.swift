import EventLoop
import Foundation
import Glibc

/// A PostgreSQL of the test's own, on a unix socket, to be stopped and started at will.
final class PrivateServer: Sendable {
  private static let binaries = "/usr/lib/postgresql/15/bin/"
  private let pool = BlockingPool(name: "pg_ctl", threads: 1)
  let directory: String

  var url: String { "postgresql://postgres@/postgres?host=\(directory)&port=5432" }

  private init() {
    directory = "/var/tmp/lamppost-test-" + UUID().uuidString.prefix(8).lowercased()
  }

  static func withServer(_ body: (PrivateServer) async throws -> Void) async throws {
    let server = PrivateServer()
    defer { _ = try? FileManager.default.removeItem(atPath: server.directory) }
    mkdir(server.directory, 0o700)
    if getuid() == 0, let user = getpwnam("postgres") {
      chown(server.directory, user.pointee.pw_uid, user.pointee.pw_gid)
    }
    try await server.run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
    try await server.start()
    do { try await body(server) } catch {
      _ = try? await server.stop()
      throw error
    }
    _ = try? await server.stop()
  }

  func start() async throws {
    let options = "-k \(directory) -p 5432 -c listen_addresses='' -c fsync=off -c shared_buffers=16MB"
    try await run("pg_ctl", "-o", options, "-l", "\(directory)/log", "-w", "start")
  }

  func stop() async throws {
    try await run("pg_ctl", "-m", "fast", "-w", "stop")
  }

  struct Failed: Error { let command: String }

  /// Not Foundation's Process, which waits for the server as well, not only for pg_ctl.
  private func run(_ command: String, _ arguments: String...) async throws {
    let user = getuid() == 0 ? ["/usr/sbin/runuser", "-u", "postgres", "--"] : []
    let line = user + [Self.binaries + command, "-D", "\(directory)/data"] + arguments
    let succeeded = try await pool.run {
      var actions = posix_spawn_file_actions_t()
      posix_spawn_file_actions_init(&actions)
      defer { posix_spawn_file_actions_destroy(&actions) }
      for descriptor in 0...2 as ClosedRange<Int32> {
        posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
      }
      let words = line.map { strdup($0) } + [nil]
      defer { for word in words { free(word) } }
      var process: pid_t = 0
      guard posix_spawn(&process, line[0], &actions, nil, words, environ) == 0 else { return false }
      var status: Int32 = 0
      while waitpid(process, &status, 0) < 0 { guard errno == EINTR else { return false } }
      return status == 0
    }
    guard succeeded else { throw Failed(command: command) }
  }
}
