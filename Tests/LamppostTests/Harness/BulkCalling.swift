import JSON

@testable import Lamppost

/// What every suite about bulk calls says often.
protocol BulkCalling {}

extension BulkCalling {
  func bulk(_ client: Client, _ fields: [String: JSONValue]) async throws -> Client.Answer {
    try await client.post("/api/v1/bulk", .object(fields))
  }

  func action(_ type: String, _ fields: [String: JSONValue] = [:]) -> JSONValue {
    .object(fields.merging(["type": .string(type)]) { $1 })
  }

  func list(_ references: [String]) -> JSONValue { .array(references.map(JSONValue.string)) }

  func count(_ answer: Client.Answer, _ group: String) -> Int? { answer[group]?["count"]?.integer }

  func refused(_ answer: Client.Answer) -> [String: Int] {
    var counts: [String: Int] = [:]
    for group in answer["refused"]?.array ?? [] { counts[group["code"]?.string ?? ""] = group["count"]?.integer }
    return counts
  }

  /// What a form of the triage page carries along under a name.
  func fields(_ page: Client.Answer, _ name: String) -> [(name: String, value: String)] {
    page.text.matches(of: /<input type="hidden" name="([a-z_]+)" value="([^"]*)">/)
      .filter { $0.1 == name }.map { (name: String($0.1), value: String($0.2)) }
  }
}
