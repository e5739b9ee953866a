internal import CUnixSocket
internal import EventLoop
import Glibc

/// What a program reported when its engine was loaded.
package struct LoadedEngine: Sendable {
  private let signatures: Int
  private let newest: Int

  /// - Parameter newest: seconds since 1970; 0 without an official database.
  package init(signatures: Int, newest: Int) {
    self.signatures = signatures
    self.newest = newest
  }

  /// - Parameter time: seconds since 1970.
  package func health(at time: Int, maximumAge: Duration) -> ScannerHealth {
    guard newest > 0 else { return .ready(signatures: signatures, newest: nil) }
    guard time - newest <= Int(maximumAge.components.seconds) else { return .stale(newest: Int64(newest)) }
    return .ready(signatures: signatures, newest: Int64(newest))
  }
}

/// One running `lamppost-intake`: ends with its owner.
final class IntakeProcess {
  /// A file that a child of it is inspecting.
  struct Job {
    let file: SubmittedFile
    let finish: (Result<Verdict, ScanError>) -> Void
  }

  let socket: MessageSocket
  var watch: EventLoop.Watch?
  var engine: LoadedEngine?
  var jobs: [Int: Job] = [:]
  private let process: pid_t

  /// Starts the program with an empty environment and no descriptor of ours but its socket.
  init(_ configuration: IntakeConfiguration) throws(ScanError) {
    var (ours, theirs): (Int32, Int32) = (-1, -1)
    guard lamppost_message_pair(&ours, &theirs) == 0 else { throw ScanError(.notReady, "no descriptors left") }
    let arguments = ([configuration.executable, "serve"] + configuration.arguments).map { strdup($0) }
    var environment: [UnsafeMutablePointer<CChar>?] = [nil]
    var process: pid_t = 0
    let result = lamppost_spawn(&process, configuration.executable, arguments + [nil], &environment, theirs)
    for argument in arguments { free(argument) }
    close(theirs)
    guard result == 0 else {
      close(ours)
      throw ScanError(.notReady, "\(configuration.executable): \(String(cString: strerror(result)))")
    }
    socket = MessageSocket(descriptor: ours)
    self.process = process
  }

  deinit {
    close(socket.descriptor)
    // It holds nothing worth a farewell; its children die with it.
    kill(process, SIGKILL)
    while waitpid(process, nil, 0) < 0, errno == EINTR {}
  }
}
