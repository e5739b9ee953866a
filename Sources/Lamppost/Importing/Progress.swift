import Glibc

/// What an import has come to so far.
struct ImportFigures: Sendable, Equatable {
  /// Rows read, those with errors included.
  var rows = 0
  var added = 0
  /// Rows that an earlier run had added.
  var present = 0
  var errors = 0
  var newCategories = 0
  /// How much of the file as it lies on disk is read, 0…1.
  var share = 0.0

  mutating func count(_ outcome: ImportBatch.Outcome) {
    added += outcome.added
    present += outcome.present
  }
}

/// Tells on standard error how far an import is: a line that rewrites itself on a terminal, else one every few seconds.
final class Progress {
  private let started = ContinuousClock.now
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private var told = ContinuousClock.now

  func tell(_ figures: ImportFigures) {
    let interval = isTerminal ? Duration.milliseconds(200) : .seconds(5)
    guard told.duration(to: .now) >= interval else { return }
    told = .now
    let line =
      "\(Int(figures.share * 100)) %  \(figures.rows) rows  \(rate(figures)) rows/s  \(figures.errors) errors"
    Self.write(isTerminal ? "\r\(line)\u{1B}[K" : line + "\n")
  }

  /// Rows a second since the start.
  func rate(_ figures: ImportFigures) -> Int {
    let (seconds, attoseconds) = started.duration(to: .now).components
    return Int(Double(figures.rows) / max(Double(seconds) + Double(attoseconds) / 1e18, 0.001))
  }

  func finish() {
    if isTerminal { Self.write("\r\u{1B}[K") }
  }

  private static func write(_ text: String) {
    let bytes = Array(text.utf8)
    _ = bytes.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }
}
