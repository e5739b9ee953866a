import HTTPServer
import JSON

/// A page of a list that goes by one rising number, e.g. the comments of a request.
struct NumberedPage: Sendable {
  /// The number of the last item that was read; 0 at the beginning.
  let last: Int
  let limit: Int
  fileprivate let name: String
  fileprivate let cursors: CursorSealer

  /// Goes on after the item of this number.
  func cursor(at number: Int) -> String { cursors.seal(number, list: name) }

  /// - Parameter items: one more than `limit` where there is a next page.
  func response<Item>(
    _ items: [Item], at number: (Item) -> Int, _ write: (inout JSONObjectWriter, Item) -> Void
  ) -> Response {
    let shown = Array(items.prefix(limit))
    let next = items.count > limit ? shown.last.map { cursor(at: number($0)) } : nil
    return .list(shown, nextCursor: next, write)
  }
}

extension Context {
  /// What `cursor` and `limit` ask for.
  /// - Parameter list: the list's name, to which its cursors are bound, and to the township and the caller's view.
  /// - Throws: `invalid_parameter`, `invalid_cursor`.
  func page(of list: String, _ request: Request) throws(Problem) -> NumberedPage {
    let name = "\(actor.tenant.id)\n\(actor.seesInternal)\n\(list)"
    return NumberedPage(
      last: try application.cursors.openNumber(request.query["cursor"], list: name), limit: try request.query.limit(),
      name: name, cursors: application.cursors)
  }
}
