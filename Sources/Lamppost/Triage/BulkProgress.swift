import Civic
import JSON

/// How far a bulk call has come. With an `Idempotency-Key` it is kept in each batch's own transaction: whoever sends the
/// key again goes on where the first call stopped, or is told what that one was told.
struct BulkProgress: Sendable {
  /// The numbers of the requests that are still to be judged, in the order of locking.
  var remaining: [Int]
  var outcome: BulkOutcome

  init(_ ids: [Int], isDryRun: Bool) {
    (remaining, outcome) = (ids, BulkOutcome(isDryRun: isDryRun))
  }

  /// - Throws: `UnknownWord` where this is not what `bytes` made.
  init(stored: String) throws {
    let json = try JSONValue.parse(Array(stored.utf8))
    guard let ids = json["remaining"]?.array, let kept = json["outcome"] else { throw UnknownWord(column: "response") }
    remaining = ids.compactMap(\.integer)
    outcome = BulkOutcome(isDryRun: false)
    outcome.changed = (kept["undo"]?.array ?? []).compactMap { entry in
      guard let reference = Self.reference(entry["reference"]), let version = entry["version"]?.integer
      else { return nil }
      return .init(reference: reference, version: version)
    }
    outcome.unchanged = Self.references(kept["unchanged"])
    for group in kept["refused"]?.array ?? [] {
      guard let code = group["code"]?.string.flatMap(Problem.Code.init(rawValue:)) else {
        throw UnknownWord(column: "response")
      }
      outcome.refuse(Self.references(group), code)
    }
    if let survivor = kept["survivor"], let reference = Self.reference(survivor["reference"]) {
      outcome.survivor = (reference, survivor["title"]?.string ?? "")
    }
  }

  private static func references(_ group: JSONValue?) -> [Reference] {
    (group?["references"]?.array ?? []).compactMap(reference)
  }

  private static func reference(_ value: JSONValue?) -> Reference? {
    value?.string.flatMap { Reference(stored: $0.replacing("-", with: "")) }
  }

  var bytes: [UInt8] {
    var json = JSONWriter()
    json.object { json in
      json.array("remaining", remaining)
      json.object("outcome") { outcome.write(to: &$0) }
    }
    return json.bytes
  }
}
