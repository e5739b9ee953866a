import HTTPServer
import Synchronization

/// Counts of what the server did, as Prometheus reads them.
final class Metrics: Sendable {
  fileprivate struct Key: Hashable {
    let route: String
    let method: HTTPServer.Method
    let status: Int
  }

  private struct Entry {
    var count = 0
    var seconds = 0.0
  }

  private let entries = Mutex<[Key: Entry]>([:])

  /// - Parameter route: a template, of which there are few.
  func count(_ route: String, _ method: HTTPServer.Method, _ status: HTTPStatus, since start: ContinuousClock.Instant) {
    let (seconds, attoseconds) = (ContinuousClock.now - start).components
    entries.withLock { entries in
      let key = Key(route: route, method: method, status: status.code)
      entries[key, default: Entry()].count += 1
      entries[key]!.seconds += Double(seconds) + Double(attoseconds) / 1e18
    }
  }

  /// The text format of Prometheus.
  func text(gauges: [(name: String, help: String, value: Double)]) -> String {
    var text = """
      # HELP lamppost_http_requests_total Calls answered.
      # TYPE lamppost_http_requests_total counter

      """
    let entries = entries.withLock { $0 }.sorted { $0.key.label < $1.key.label }
    for (key, entry) in entries { text += "lamppost_http_requests_total{\(key.label)} \(entry.count)\n" }
    text += """
      # HELP lamppost_http_request_seconds_total Time from request to response, summed up.
      # TYPE lamppost_http_request_seconds_total counter

      """
    for (key, entry) in entries { text += "lamppost_http_request_seconds_total{\(key.label)} \(entry.seconds)\n" }
    for gauge in gauges {
      text += "# HELP \(gauge.name) \(gauge.help)\n# TYPE \(gauge.name) gauge\n\(gauge.name) \(gauge.value)\n"
    }
    return text
  }
}

extension Metrics.Key {
  fileprivate var label: String { "method=\"\(method.rawValue)\",route=\"\(route)\",status=\"\(status)\"" }
}
