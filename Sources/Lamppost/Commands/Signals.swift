// Its sources may be used from any thread, but are not marked so.
@preconcurrency import Dispatch
import Glibc

/// Waits for signals without interrupting anything.
struct Signals: Sendable {
  private let stream: AsyncStream<Void>
  private let sources: [any DispatchSourceSignal]

  /// From now on these signals no longer end the process.
  init(_ numbers: [Int32]) {
    let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
    self.stream = stream
    sources = numbers.map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number)
      source.setEventHandler { continuation.yield() }
      source.resume()
      return source
    }
  }

  /// Returns at the next signal.
  func next() async {
    for await _ in stream { return }
  }
}
