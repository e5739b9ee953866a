import Glibc
import Intake
import Synchronization
import Testing

/// A folder of one test with its own signatures and scratch space, and a scanner over them.
final class Workshop: Sendable {
  /// What EICAR is known by: enough for libclamav to find it in every archive.
  static let signature = "44d88612fea8a8f36de82e1278abb02f:68:Eicar-Test-Signature\n"

  let folder: String

  init(signatures: String? = Workshop.signature) throws {
    var name = Array("/tmp/lamppost-intake-test-XXXXXX".utf8CString)
    try #require(mkdtemp(&name) != nil)
    folder = name.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    // The sandboxed child is another user where the tests run as root.
    chmod(folder, 0o755)
    for part in ["signatures", "scratch"] { mkdir("\(folder)/\(part)", 0o777) }
    if let signatures { try addSignatures(signatures, as: "test.hdb") }
  }

  deinit { _ = try? run("rm", "-rf", folder) }

  func addSignatures(_ lines: String, as name: String) throws {
    try File.write(Array(lines.utf8), to: "\(folder)/signatures/\(name)")
  }

  func configuration(_ change: (inout IntakeConfiguration) -> Void = { _ in }) throws -> IntakeConfiguration {
    var configuration = IntakeConfiguration(
      executable: try Self.executable(), signatures: "\(folder)/signatures", scratch: "\(folder)/scratch")
    configuration.allowLocalSignatures = true
    change(&configuration)
    return configuration
  }

  /// A scanner over this folder, not yet started.
  func scanner(_ change: (inout IntakeConfiguration) -> Void = { _ in }) throws -> Scanner {
    Scanner(try configuration(change)) { line in
      if getenv("LAMPPOST_TEST_VERBOSE") != nil { print(line) }
    }
  }

  /// Runs `body` with a scanner that is ready, and stops it.
  static func withScanner(
    _ change: (inout IntakeConfiguration) -> Void = { _ in }, _ body: (Scanner) async throws -> Void
  ) async throws {
    let workshop = try Workshop()
    let scanner = try workshop.scanner(change)
    do {
      try await scanner.start()
      try await body(scanner)
    } catch let error as ScanError {
      Issue.record("\(error.debugDescription)")
    }
    await scanner.stop()
  }

  /// Kills the program; whether there was one.
  func killProgram() throws -> Bool { try running(below: getpid()).map { kill($0, SIGKILL) }.count == 1 }

  /// Kills the children of the program; how many there were.
  func killChildren() throws -> Int {
    try running(below: getpid()).flatMap { try running(below: $0) }.map { kill($0, SIGKILL) }.count
  }

  /// The processes below `parent` that work with this folder; a child has its parent's command line.
  private func running(below parent: pid_t) throws -> [pid_t] {
    try String(decoding: run("ls", "/proc"), as: UTF8.self).split(separator: "\n").compactMap { pid_t($0) }.filter {
      guard let status = try? File.readUnsized("/proc/\($0)/status"), status.contains(text: "PPid:\t\(parent)\n"),
        let command = try? File.readUnsized("/proc/\($0)/cmdline")
      else { return false }
      return command.contains(text: folder)
    }
  }

  /// `LAMPPOST_INTAKE`, or the one built beside the tests.
  static func executable() throws -> String {
    if let path = getenv("LAMPPOST_INTAKE") { return String(cString: path) }
    var path = try #require(realpath("/proc/self/exe", nil).map { String(cString: $0) })
    for argument in CommandLine.arguments where argument.hasSuffix(".xctest") { path = argument }
    let beside = path.split(separator: "/").dropLast().joined(separator: "/")
    let candidates = ["/\(beside)/lamppost-intake", ".build/debug/lamppost-intake"]
    let found = candidates.first { access($0, X_OK) == 0 }
    return try #require(found, "lamppost-intake is not built: run ./deploy.sh test, or set LAMPPOST_INTAKE")
  }
}

/// Lines of a log, from any thread.
final class Lines: Sendable {
  private let lines = Mutex<[String]>([])
  var all: [String] { lines.withLock { $0 } }
  func append(_ line: String) { lines.withLock { $0.append(line) } }
}

/// What an inspection left behind.
struct Inspected {
  let verdict: Verdict
  let image: [UInt8]
  let thumbnail: [UInt8]

  var facts: MediaFacts? { if case .clean(let facts) = verdict { facts } else { nil } }
}

extension Scanner {
  /// Inspects `bytes` by way of files without a name.
  func inspect(_ bytes: [UInt8]) async throws -> Inspected {
    let (input, image, thumbnail) = (try File(reading: bytes), try File(), try File())
    let verdict = try await inspect(input.descriptor, image: image.descriptor, thumbnail: thumbnail.descriptor)
    return Inspected(verdict: verdict, image: image.contents, thumbnail: thumbnail.contents)
  }

  func verdict(on bytes: [UInt8]) async throws -> Verdict { try await inspect(bytes).verdict }

  /// The error's kind, or `nil` when there was a verdict.
  func failure(on bytes: [UInt8]) async throws -> ScanError.Kind? {
    do {
      _ = try await inspect(bytes)
      return nil
    } catch let error as ScanError {
      return error.kind
    }
  }

  func expect(_ expected: Verdict, of bytes: [UInt8], at location: SourceLocation = #_sourceLocation) async throws {
    let verdict = try await verdict(on: bytes)
    #expect(verdict == expected, sourceLocation: location)
  }

  func expect(
    _ expected: ScanError.Kind, of bytes: [UInt8], at location: SourceLocation = #_sourceLocation
  ) async throws {
    let failure = try await failure(on: bytes)
    #expect(failure == expected, sourceLocation: location)
  }
}

/// A file without a name, gone when closed.
final class File: Sendable {
  let descriptor: Int32

  init(_ bytes: [UInt8] = []) throws {
    var name = Array("/tmp/lamppost-intake-file-XXXXXX".utf8CString)
    descriptor = mkstemp(&name)
    try #require(descriptor >= 0)
    unlink(name)
    try #require(Glibc.write(descriptor, bytes, bytes.count) == bytes.count)
  }

  /// Open for reading only.
  init(reading bytes: [UInt8]) throws {
    let file = try File(bytes)
    descriptor = open("/proc/self/fd/\(file.descriptor)", O_RDONLY | O_CLOEXEC)
    try #require(descriptor >= 0)
  }

  deinit { close(descriptor) }

  var contents: [UInt8] { Self.read(descriptor) }

  static func read(_ path: String) throws -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    try #require(descriptor >= 0, "\(path)")
    defer { close(descriptor) }
    return read(descriptor)
  }

  /// At most 64 KiB of a file that does not tell its size.
  static func readUnsized(_ path: String) throws -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw CommandFailed(command: ["open", path], status: errno) }
    defer { close(descriptor) }
    return [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
      count = max(0, Glibc.read(descriptor, buffer.baseAddress, buffer.count))
    }
  }

  static func write(_ bytes: [UInt8], to path: String) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    try #require(descriptor >= 0, "\(path)")
    defer { close(descriptor) }
    try #require(Glibc.write(descriptor, bytes, bytes.count) == bytes.count)
  }

  private static func read(_ descriptor: Int32) -> [UInt8] {
    var status = stat()
    fstat(descriptor, &status)
    return [UInt8](unsafeUninitializedCapacity: status.st_size) { buffer, count in
      count = max(0, pread(descriptor, buffer.baseAddress, buffer.count, 0))
    }
  }
}

struct CommandFailed: Error { let command: [String], status: Int32 }

/// Runs a program of the PATH; throws unless it succeeds.
@discardableResult
func run(_ command: String...) throws -> [UInt8] {
  let output = try File()
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  posix_spawn_file_actions_adddup2(&actions, output.descriptor, 1)
  let arguments = command.map { strdup($0) }
  defer { for argument in arguments { free(argument) } }
  var process: pid_t = 0
  var status: Int32 = -1
  guard posix_spawnp(&process, command[0], &actions, nil, arguments + [nil], environ) == 0,
    waitpid(process, &status, 0) == process, status == 0
  else { throw CommandFailed(command: command, status: status) }
  return output.contents
}
