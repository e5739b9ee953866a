import FoundationEssentials
import HTTPServer
import JSON
import PostgreSQL
import Redis

/// Health, readiness and metrics: asked without a township.
enum MonitoringRoutes {
  static func health(_ request: Request, _ context: Context) async throws -> Response {
    .json(.ok) { $0.field("status", "ok") }
  }

  static func readiness(_ request: Request, _ context: Context) async throws -> Response {
    await Readiness.check(context.application).response
  }

  static func metrics(_ request: Request, _ context: Context) async throws -> Response {
    let application = context.application
    let readiness = await Readiness.check(application)
    let pool = await application.database.statistics().primary
    let text = application.metrics.text(gauges: [
      ("lamppost_ready", "Whether every part is ready.", readiness.isReady ? 1 : 0),
      ("lamppost_queue_lag_seconds", "Age of the oldest job that is due.", readiness.queueLag ?? -1),
      ("lamppost_database_in_flight", "Statements under way.", Double(pool.inFlight)),
      ("lamppost_database_leased", "Connections leased for transactions.", Double(pool.leased)),
      ("lamppost_database_waiting", "Calls that wait for a connection.", Double(pool.waiting)),
      (
        "lamppost_redis_timeouts", "Calls of Redis that ran out of time.", Double(application.redis.statistics.timeouts)
      ),
    ])
    return Response(.ok, contentType: "text/plain; version=0.0.4", bytes: Array(text.utf8))
  }
}

/// The state of each part that a call may need.
struct Readiness: Sendable {
  private let parts: [(name: String, state: String, isReady: Bool)]
  /// Seconds; nil where it cannot be known.
  let queueLag: Double?

  var isReady: Bool { parts.allSatisfy(\.isReady) }

  static func check(_ application: Application) async -> Readiness {
    // Both at once, each asked once: who monitors does not wait long.
    async let pong = try? application.redis.command("PING")
    let answer = try? await application.database.read("SELECT queue_lag, scanner, scanner_seen FROM worker_health()")
    let redis = await pong != nil
    let database = answer != nil
    let health = answer?.first
    let lag = try? health?.get(0, as: Double.self)
    let scanner = (try? health?.get(1, as: String?.self)) ?? "unknown"
    // A worker says so every few seconds; silence is not health.
    let seen = (try? health?.get(2, as: Double?.self)).flatMap { $0 } ?? .infinity
    let scannerState = seen > 60 ? "silent" : scanner
    return Readiness(
      parts: [
        ("postgresql", database ? "ok" : "down", database), ("redis", redis ? "ok" : "down", redis),
        ("scanner", scannerState, scannerState == "ready"),
        ("queue", lag.map { $0 < 300 ? "ok" : "behind" } ?? "unknown", (lag ?? .infinity) < 300),
      ], queueLag: lag)
  }

  var response: Response {
    .json(isReady ? .ok : .serviceUnavailable) { json in
      json.field("status", isReady ? "ready" : "not_ready")
      json.object("parts") { object in for part in parts { object.field(part.name, part.state) } }
      json.field("queue_lag_seconds", queueLag)
    }
  }
}
