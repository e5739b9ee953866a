import HTTPServer
import JSON
import Testing

@testable import Lamppost

/// What every suite about pages of one request does often.
protocol PageCalling {}

extension PageCalling {
  /// Posts a page's form as the same caller.
  func post(_ client: Client, _ path: String, _ fields: [(name: String, value: String)]) async throws
    -> Client.Answer
  {
    try await client.with("Content-Type", "application/x-www-form-urlencoded")
      .send(.post, path, Array(Query(fields).encoded.utf8))
  }

  func version(_ page: Client.Answer) throws -> String {
    String(try #require(page.text.firstMatch(of: /name="version" value="([0-9]+)"/)).1)
  }

  func status(
    _ status: String, _ reference: String, _ words: [String: JSONValue] = [:], by staff: Client
  ) async throws {
    let answer = try await staff.post(
      "/api/v1/requests/\(reference)/status", .object(words.merging(["status": .string(status)]) { $1 }))
    try #require(answer.status == 200, "\(answer.text)")
  }
}
