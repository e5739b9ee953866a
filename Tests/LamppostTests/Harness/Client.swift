import FoundationEssentials
import HTTPServer
import JSON

@testable import Lamppost

/// Calls the application as one caller would, from the first middleware to the last, without a socket.
struct Client: Sendable {
  let township: Township
  let headers: [String: String]
  var personID: Int?

  struct Answer: Sendable {
    let status: Int
    let headers: Headers
    let bytes: [UInt8]

    var text: String { String(decoding: bytes, as: UTF8.self) }
    var json: JSONValue? { try? JSONValue.parse(bytes) }
    subscript(_ key: String) -> JSONValue? { json?[key] }
    /// The problem's code.
    var code: String? { self["code"]?.string }
    /// The problem's wrong fields and their codes.
    var fields: [String: String] {
      var fields: [String: String] = [:]
      for error in self["errors"]?.array ?? [] { fields[error["field"]?.string ?? ""] = error["code"]?.string }
      return fields
    }
    var items: [JSONValue] { self["items"]?.array ?? [] }
  }

  func with(_ name: String, _ value: String) -> Client {
    Client(township: township, headers: headers.merging([name: value]) { $1 }, personID: personID)
  }

  func get(_ path: String) async throws -> Answer { try await send(.get, path, nil) }
  func post(_ path: String, _ body: JSONValue = .object([:])) async throws -> Answer {
    try await send(.post, path, Array(body.text.utf8))
  }
  func patch(_ path: String, _ body: JSONValue) async throws -> Answer {
    try await send(.patch, path, Array(body.text.utf8))
  }
  func delete(_ path: String) async throws -> Answer { try await send(.delete, path, nil) }

  /// - Parameter body: JSON text unless the headers say otherwise.
  func send(_ method: HTTPServer.Method, _ target: String, _ body: [UInt8]?) async throws -> Answer {
    let parts = target.split(separator: "?", maxSplits: 1)
    var headers = Headers()
    if body != nil && self.headers["Content-Type"] == nil { headers["Content-Type"] = "application/json" }
    for (name, value) in self.headers { headers[name] = value }
    let request = Request(
      method: method, path: String(parts[0]),
      query: parts.count > 1 ? try Query(parsing: Array(parts[1].utf8)) : Query(), headers: headers,
      clientAddress: "203.0.113.7", hostAndPort: township.host, body: Body(body ?? []))
    return try await Self.answer(await township.installation.handler.respond(to: request))
  }

  private static func answer(_ response: Response) async throws -> Answer {
    let bytes: [UInt8] =
      switch response.content {
      case .bytes(let bytes): bytes
      case .file(let file): try file.readAll()
      case .empty, .stream: []
      }
    return Answer(status: response.status.code, headers: response.headers, bytes: bytes)
  }

  /// A multipart call, written as browsers write it.
  func upload(
    _ path: String, fields: [(String, String)] = [], files: [(part: String, name: String, bytes: [UInt8])]
  ) async throws -> Answer {
    var body: [UInt8] = []
    for (name, value) in fields {
      body += Array("--seam\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n".utf8)
    }
    for file in files {
      body += Array(
        """
        --seam\r
        Content-Disposition: form-data; name="\(file.part)"; filename="\(file.name)"\r
        Content-Type: application/octet-stream\r
        \r

        """.utf8)
      body += file.bytes + Array("\r\n".utf8)
    }
    body += Array("--seam--\r\n".utf8)
    return try await with("Content-Type", "multipart/form-data; boundary=seam").send(.post, path, body)
  }
}
