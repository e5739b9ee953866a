import Credentials
import FoundationEssentials
import JSON

/// Where a list goes on: the sort key of the last row, sealed to its township, filter and caller's view, so that a
/// cursor can neither be made up nor used against another list.
struct CursorSealer: Sendable {
  private let key: Secret

  init(secret: Secret) { key = secret.derive(label: "cursor") }

  /// - Parameters:
  ///   - key: the last row's sort key.
  ///   - list: everything that the list is, but its position.
  func seal(_ key: [JSONValue], list: String) -> String {
    var json = JSONWriter(capacity: 64)
    json.value(JSONValue.array(key))
    return Base64URL.encode(json.bytes) + "." + Base64URL.encode(tag(json.bytes, list))
  }

  /// - Throws: `invalid_cursor`.
  func open(_ cursor: String, list: String) throws(Problem) -> [JSONValue] {
    let parts = cursor.split(separator: ".", omittingEmptySubsequences: false)
    guard cursor.utf8.count <= 512, parts.count == 2,
      let bytes = Base64URL.decode(String(parts[0])), let tag = Base64URL.decode(String(parts[1])),
      constantTimeEquals(tag, self.tag(bytes, list)),
      let key = try? JSONValue.parse(bytes).array
    else { throw Problem(.invalidCursor) }
    return key
  }

  /// For lists whose position is one number.
  func seal(_ number: Int, list: String) -> String { seal([.integer(number)], list: list) }

  /// - Throws: `invalid_cursor`.
  func openNumber(_ cursor: String?, list: String) throws(Problem) -> Int {
    guard let cursor else { return 0 }
    guard let number = try open(cursor, list: list).first?.integer else { throw Problem(.invalidCursor) }
    return number
  }

  private func tag(_ bytes: [UInt8], _ list: String) -> [UInt8] {
    // The length keeps the border between the two parts where it is.
    let message = Array("\(bytes.count):".utf8) + bytes + Array(list.utf8)
    return Array(HMACSHA256.authenticate(message, key: key).prefix(16))
  }
}
