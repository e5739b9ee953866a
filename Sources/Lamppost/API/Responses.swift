import Credentials
import FoundationEssentials
import HTTPServer
import JSON
import PostgreSQL

extension Response {
  /// A JSON object.
  static func json(_ status: HTTPStatus, _ body: (inout JSONObjectWriter) throws -> Void) rethrows -> Response {
    var json = JSONWriter()
    try json.object(body)
    return Response(status, contentType: "application/json", bytes: json.bytes)
  }

  /// `{"items": […], "next_cursor": …}`
  static func list<Item>(
    _ items: [Item], nextCursor: String?, _ write: (inout JSONObjectWriter, Item) -> Void
  ) -> Response {
    var json = JSONWriter(capacity: 256 + items.count * 512)
    json.object { list in
      list.array("items") { array in
        for item in items { array.object { write(&$0, item) } }
      }
      list.field("next_cursor", nextCursor)
    }
    return Response(.ok, contentType: "application/json", bytes: json.bytes)
  }
}

extension Request {
  /// The version in `If-Match: "<version>"`; nil where the header is missing or `*`.
  /// - Throws: `malformed_request` for anything else.
  func ifMatch() throws(Problem) -> Int? {
    guard let header = headers["If-Match"], header != "*" else { return nil }
    guard header.hasPrefix("\""), header.hasSuffix("\""), let version = Int(digits: header.dropFirst().dropLast())
    else {
      throw Problem(.malformedRequest, "If-Match must be a version in quotes.")
    }
    return version
  }
}

extension Int {
  /// Decimal digits without sign or leading zeros: a number is written in one way.
  init?(digits text: some StringProtocol) {
    guard let value = Int(text), value >= 0, value.description == text else { return nil }
    self = value
  }
}

extension Query {
  /// - Throws: `unknown_parameter` for anything that is not among `names`, `invalid_parameter` for one that comes twice:
  ///   a misspelt filter must not widen a result.
  func expect(_ names: Set<String>) throws(Problem) {
    var seen: Set<String> = []
    for name in self.names {
      if !names.contains(name) {
        throw .init(
          .unknownParameter, errors: [.init(field: name, code: .unknownParameter, message: "is not known here")])
      }
      if !seen.insert(name).inserted {
        throw .init(
          .invalidParameter, errors: [.init(field: name, code: .invalidParameter, message: "is given twice")])
      }
    }
  }
}

extension Problem {
  static func parameter(_ name: String, _ message: String) -> Problem {
    Problem(
      .invalidParameter, "The parameter \(name) \(message).",
      errors: [.init(field: name, code: .invalidParameter, message: message)])
  }
}

extension Error {
  /// Whether a change may have happened although it was answered by this error.
  var leavesOutcomeUnknown: Bool {
    guard let error = self as? DatabaseError else { return false }
    return error.mayHaveTakenEffect
  }
}

extension Request {
  /// A query parameter that is true or false; false where it is missing.
  /// - Throws: `invalid_parameter`.
  func flag(_ name: String) throws(Problem) -> Bool {
    guard let text = query[name] else { return false }
    guard let flag = Bool(text) else { throw .parameter(name, "must be true or false") }
    return flag
  }
}
