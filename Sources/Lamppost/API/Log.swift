import FoundationEssentials
import Glibc
import JSON

/// Structured log: one JSON object a line on standard error. Never a body, a token, an address or a contact detail.
struct Log: Sendable {
  enum Level: String, Sendable { case info, warning, error }

  /// Names of this part of the process on every line, e.g. `serve`.
  let component: String

  func info(_ event: String, _ fields: [(String, any JSONWritable)] = []) { write(.info, event, fields) }
  func warning(_ event: String, _ fields: [(String, any JSONWritable)] = []) { write(.warning, event, fields) }
  func error(_ event: String, _ fields: [(String, any JSONWritable)] = []) { write(.error, event, fields) }

  private func write(_ level: Level, _ event: String, _ fields: [(String, any JSONWritable)]) {
    var json = JSONWriter(capacity: 256)
    json.object { line in
      line.field("at", Date.now)
      line.field("level", level.rawValue)
      line.field("component", component)
      line.field("event", event)
      for (name, value) in fields { line.field(name) { $0.value(value) } }
    }
    // One write, so that lines of several threads never mix.
    let bytes = json.bytes + [UInt8(ascii: "\n")]
    _ = bytes.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }
}
