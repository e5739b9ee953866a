import FoundationEssentials
import HTTPServer
import Testing

struct Reference: PathParameter, Equatable {
  let text: String
  init?(pathComponent: String) {
    guard pathComponent.count == 4 else { return nil }
    text = pathComponent
  }
  var pathComponent: String { text }
}

@Suite("Routing")
struct RouterTests {
  enum Access: Sendable { case anyone, staff }

  static let list = Path("/requests")
  static let one = Path("/requests/{reference}", Reference.self)
  static let map = Path("/requests/map")
  static let comment = Path("/requests/{reference}/comments/{id}", Reference.self, Int.self)
  static let tile = Path("/tiles/{z}/{x}/{y}.mvt", Int.self, Int.self, Int.self)

  private func router() -> Router<Access, String> {
    var router = Router<Access, String>()
    router.on(.get, Self.list, access: .anyone) { _, _ in Response(text: "list") }
    router.on(.post, Self.list, access: .staff) { _, _ in Response(text: "new") }
    router.on(.get, Self.one, access: .anyone) { _, context, reference in Response(text: reference.text + context) }
    router.on(.get, Self.map, access: .anyone) { _, _ in Response(text: "map") }
    router.on(.delete, Self.comment, access: .staff) { _, _, reference, id in Response(text: "\(reference.text) \(id)")
    }
    router.on(.get, Self.tile, access: .anyone) { _, _, z, x, y in Response(text: "\(z) \(x) \(y)") }
    router.on(.get, Path("/"), access: .anyone) { _, _ in Response(text: "home") }
    return router
  }

  private func answer(_ method: HTTPServer.Method, _ path: String) async throws -> String {
    switch router().match(method, path) {
    case .found(let route):
      guard case .bytes(let bytes) = try await route.handle(Request(method: method, path: path), "!").content else {
        return ""
      }
      return String(decoding: bytes, as: UTF8.self)
    case .methodNotAllowed(let methods): return "405 " + methods.map(\.rawValue).joined(separator: ",")
    case .notFound: return "404"
    }
  }

  @Test(
    "a path finds its handler and its typed parameters",
    arguments: [
      ("/", "home"), ("/requests", "list"), ("/requests/map", "map"), ("/requests/7Q4K", "7Q4K!"),
      ("/requests/7Q4", "404"), ("/requests/", "404"), ("/requests//", "404"), ("//requests", "404"), ("", "404"),
      ("/tiles/3/4/5.mvt", "3 4 5"), ("/tiles/3/4/5", "404"), ("/tiles/3/4/.mvt", "404"), ("/tiles/3/4/05.mvt", "404"),
      ("/nowhere", "404"), ("/requests/7Q4K/comments", "404"), ("/requests/7Q4K/comments/1", "405 DELETE"),
      ("/requests/7Q4K/comments/x", "404"),
    ])
  func matching(path: String, expected: String) async throws {
    #expect(try await answer(.get, path) == expected)
  }

  @Test("HEAD is answered by GET, other methods are named")
  func methods() async throws {
    #expect(try await answer(.head, "/requests") == "list")
    #expect(try await answer(.put, "/requests") == "405 GET,HEAD,POST")
    #expect(try await answer(.delete, "/requests/7Q4K/comments/12") == "7Q4K 12")
  }

  @Test("a path prints the link it is registered for")
  func links() throws {
    let reference = try #require(Reference(pathComponent: "7Q4K"))
    #expect(Self.comment(reference, 12) == "/requests/7Q4K/comments/12")
    #expect(Self.tile(1, 2, 3) == "/tiles/1/2/3.mvt")
    #expect(Self.list() == "/requests")
    #expect(Path("/")() == "/")
    #expect(Path("/a/{x}", String.self)("ä b/?") == "/a/%C3%A4%20b%2F%3F")
  }

  @Test("a UUID has one spelling")
  func uuid() {
    let text = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
    #expect(UUID(pathComponent: text)?.pathComponent == text)
    #expect(UUID(pathComponent: text.uppercased()) == nil)
    #expect(UUID(pathComponent: "x") == nil)
  }

  @Test("every route is listed with its access")
  func listing() {
    let routes = router().routes.map { "\($0.method.rawValue) \($0.template) \($0.access)" }
    #expect(routes.count == 7)
    #expect(routes.contains("DELETE /requests/{reference}/comments/{id} staff"))
  }
}
