import HTTPServer
import JSON
import Testing

@testable import Lamppost

@Suite struct DescriptionTests {
  private static func description() async throws -> (APIDescription, [RouteDescription<Access>], JSONValue) {
    let installation = try await Installation.shared()
    let description = installation.application.description
    return (description, installation.handler.router.routes, try JSONValue.parse(description.document))
  }

  /// Pages are for people: they describe themselves.
  private static func isForPrograms(_ route: RouteDescription<Access>) -> Bool {
    route.template.hasPrefix("/api") || ["/healthz", "/readyz", "/metrics"].contains(route.template)
  }

  @Test("every route for programs has exactly one operation, and every operation its route")
  func routes() async throws {
    let (_, routes, document) = try await Self.description()
    let registered = routes.filter(Self.isForPrograms).map { "\($0.method.rawValue) \($0.template)" }
    let operations = Operation.all(try await Installation.shared().configuration.uploads)
    #expect(operations.map { "\($0.method.rawValue) \($0.template)" }.sorted() == registered.sorted())
    let written = (document["paths"]?.object?.members ?? []).flatMap { path in
      (path.value.object?.keys ?? []).map { "\($0.uppercased()) \(path.key)" }
    }
    #expect(written.sorted() == registered.sorted())
    #expect(Set(operations.map(\.id)).count == operations.count)
  }

  @Test("every problem code is listed, in the form and at some call or as the server's own")
  func codes() async throws {
    let (description, _, document) = try await Self.description()
    let listed = document["components"]?["schemas"]?["Problem"]?["properties"]?["code"]?["enum"]?.array
    #expect(listed?.compactMap(\.string) == Problem.Code.allCases.map(\.rawValue))
    let met = Set(description.calls.flatMap { $0.operation.problems(for: $0.access) })
    // What no call that is described can meet.
    #expect(Set(Problem.Code.allCases).subtracting(met) == [.methodNotAllowed, .notImplemented])
  }

  @Test("every form that is referred to exists, and none is there for nothing")
  func references() async throws {
    let (_, _, document) = try await Self.description()
    var names: Set<String> = []
    func collect(_ value: JSONValue) {
      for member in value.object?.members ?? [] {
        if member.key == "$ref", let name = member.value.string?.split(separator: "/").last {
          names.insert(String(name))
        }
        collect(member.value)
      }
      for element in value.array ?? [] { collect(element) }
    }
    collect(document)
    #expect(names == Set(Schemas.all.map(\.name)))
  }

  @Test("the document and its page are for anyone, and the page runs nothing")
  func served() async throws {
    let town = try await Township()
    let document = try await town.anonymous.get("/api/v1/openapi.json")
    #expect(document.status == 200 && document["openapi"]?.string == "3.1.0")
    let page = try await town.anonymous.get("/api")
    #expect(page.status == 200 && page.headers["Content-Type"] == "text/html; charset=utf-8")
    #expect(page.headers["Content-Security-Policy"]?.hasPrefix("default-src 'none'; style-src 'self'") == true)
    for call in town.installation.application.description.calls {
      #expect(page.text.contains("<details id=\"\(call.operation.id)\">"))
    }
    #expect(!page.text.contains("<script") && !page.text.contains("style="))
    let style = town.installation.application.assets.link("api.css")
    #expect(try await town.anonymous.get(style).headers["Content-Type"] == "text/css; charset=utf-8")
  }

  @Test("a query parameter that is not described is refused at every call")
  func unknownParameters() async throws {
    let town = try await Township()
    for route in town.installation.handler.router.routes where Self.isForPrograms(route) {
      let path = route.template.replacing("{reference}", with: "0000-0000").replacing("{code}", with: "0")
        .replacing("{id}", with: "00000000-0000-4000-8000-000000000000").replacing("{template}", with: "1")
        .replacing("{rule}", with: "1").replacing("{person}", with: "1")
        .replacing("{area}", with: "a:b")
        .replacing("{invitation}", with: "1")
        .replacing(/\{[xyz]\}/, with: "0")
      let answer = try await town.anonymous.send(route.method, path + "?colour=red", nil)
      #expect(answer.code == "unknown_parameter" && answer.fields == ["colour": "unknown_parameter"], "\(path)")
    }
  }
}
