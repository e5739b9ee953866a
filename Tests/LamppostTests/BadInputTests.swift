import FoundationEssentials
import JSON
import Testing

@testable import Lamppost

@Suite struct BadInputTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let body: String
    let status: Int
    let code: String
    let field: String?

    init(_ name: String, _ body: String, _ status: Int, _ code: String, _ field: String? = nil) {
      (testDescription, self.body, self.status, self.code, self.field) = (name, body, status, code, field)
    }
  }

  static let cases = [
    Case("not JSON", "{\"title\": ", 400, "malformed_json"),
    Case(
      "NaN", #"{"title":"x","category":"pothole","location":{"latitude":NaN,"longitude":0}}"#, 400, "malformed_json"),
    Case("a list", "[]", 422, "wrong_type"),
    Case(
      "an unknown field", #"{"title":"x","category":"pothole","location":null,"colour":1}"#, 422, "unknown_field",
      "colour"),
    Case(
      "an unknown category", #"{"title":"x","category":"ufo","location":null}"#, 422, "unknown_category", "category"),
    Case("no location said", #"{"title":"x","category":"pothole"}"#, 422, "required", "location"),
    Case(
      "latitude 91", #"{"title":"x","category":"pothole","location":{"latitude":91,"longitude":0}}"#, 422,
      "out_of_range",
      "location.latitude"),
    Case(
      "half a location", #"{"title":"x","category":"pothole","location":{"latitude":9}}"#, 422, "required",
      "location.longitude"),
    Case("NUL in a text", #"{"title":"a\u0000b","category":"pothole","location":null}"#, 422, "invalid_text", "title"),
    Case(
      "NUL in an answer", #"{"title":"a","category":"street-light","location":null,"attributes":{"pole":"\u0000"}}"#,
      422, "invalid_text"),
    Case("an empty title", #"{"title":"   ","category":"pothole","location":null}"#, 422, "required", "title"),
    Case(
      "a title over its limit",
      #"{"title":"\#(String(repeating: "é", count: 201))","category":"pothole","location":null}"#,
      422, "too_long", "title"),
    Case("a number as title", #"{"title":7,"category":"pothole","location":null}"#, 422, "wrong_type", "title"),
    Case(
      "contact of nobody",
      #"{"title":"x","category":"pothole","location":null,"anonymous":true,"contact":{"email":"a@b.cd"}}"#, 422,
      "contact_not_allowed", "contact"),
    Case(
      "no email address", #"{"title":"x","category":"pothole","location":null,"contact":{"email":"nobody"}}"#, 422,
      "invalid_format", "contact.email"),
    Case(
      "outside", #"{"title":"x","category":"pothole","location":{"latitude":50,"longitude":8}}"#, 422, "outside_area",
      "location"),
  ]

  @Test("bad input gets a clear problem and leaves nothing behind", arguments: cases)
  func refused(bad: Case) async throws {
    let town = try await Township(boundary: "POLYGON((-72 42, -70 42, -70 43, -72 43, -72 42))")
    let answer = try await town.anonymous.send(.post, "/api/v1/requests", Array(bad.body.utf8))
    #expect(answer.status == bad.status, "\(answer.text)")
    #expect(answer.code == bad.code)
    #expect(answer.headers["Content-Type"] == "application/problem+json")
    #expect(answer["request_id"]?.string == answer.headers["X-Request-ID"])
    if let field = bad.field { #expect(answer.fields == [field: bad.code]) }
    #expect(try await town.database.read("SELECT 1 FROM requests WHERE tenant_id = \(town.id)").isEmpty)
  }

  @Test("an accuracy is kept to the millimetre, however small it was sent")
  func accuracies() async throws {
    let town = try await Township()
    for (sent, kept) in [(Double.leastNonzeroMagnitude, 0.0), (8.1, 8.1), (0.0004, 0), (1_000_000, 1_000_000)] {
      let place = JSONValue.object([
        "latitude": .number(42.36), "longitude": .number(-71.06), "accuracy": .number(sent),
      ])
      let (reference, _) = try await town.report([("location", place)])
      let read = try await town.anonymous.get("/api/v1/requests/\(reference)")
      #expect(read["location"]?["accuracy"]?.double == kept)
    }
  }

  @Test("a township may take reports from outside of it")
  func outsideTaken() async throws {
    let town = try await Township(boundary: "POLYGON((-72 42, -70 42, -70 43, -72 43, -72 42))")
    _ = try await town.database.write("UPDATE tenants SET refuses_outside = false WHERE id = \(town.id)")
    try await town.report([("location", .at(50, 8))])
  }

  @Test("a body of the wrong kind is refused by its kind")
  func wrongContentType() async throws {
    let town = try await Township()
    let answer = try await town.anonymous.with("Content-Type", "text/plain").send(
      .post, "/api/v1/requests", Array("{}".utf8))
    #expect(answer.status == 415 && answer.code == "unsupported_media_type")
  }

  @Test(
    "a filter that is not known or makes no sense never widens the result",
    arguments: [
      "colour=red", "status=open", "priority=9", "near=1", "near=91,0", "near=1,nan", "radius=5", "bbox=1,2,3",
      "bbox=0,5,1,4", "limit=0", "limit=201", "limit=x", "category=", "category=a,,b", "limit=%2B5", "sort=size",
      "sort=nearest", "sort=relevance",
      "area=ward",
      "created_after=yesterday", "overdue=maybe", "q=", "status=submitted&status=closed", "near=1,1&radius=999999",
    ])
  func filters(query: String) async throws {
    let town = try await Township()
    let answer = try await town.anonymous.get("/api/v1/requests?\(query)")
    #expect(answer.status == 400, "\(query): \(answer.text)")
    #expect(["unknown_parameter", "invalid_parameter"].contains(answer.code))
  }

  @Test("every text that people can send is given back as it was or refused, never broken")
  func oddTexts() async throws {
    let town = try await Township()
    for text in ["<script>alert(1)</script>", "'; DROP TABLE requests; --", "🚧🕳️ ﷽", "\u{202E}evil", "a\u{0}b"] {
      let answer = try await town.anonymous.post(
        "/api/v1/requests",
        .object(["title": .string(text), "category": .string("pothole"), "location": .null]))
      if text.contains("\u{0}") {
        #expect(answer.code == "invalid_text")
      } else {
        #expect(answer["title"]?.string == text)
        let read = try await town.anonymous.get("/api/v1/requests/\(answer["reference"]?.string ?? "")")
        #expect(read["title"]?.string == text)
      }
    }
  }
}
