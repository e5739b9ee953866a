import Civic
import Testing

@Suite struct CategoryOrderTests {
  private let order = CategoryOrder([
    .init(slug: "a", group: "Streets"), .init(slug: "x", group: nil), .init(slug: "b", group: "Streets"),
    .init(slug: "p", group: "Parks"),
  ])

  @Test("categories of a group stand together, where the first of them stands")
  func groups() {
    #expect(order.slugs == ["a", "b", "x", "p"])
    #expect(order.groups.map(\.name) == ["Streets", nil, "Parks"])
  }

  /// What a change leaves; nil where it found nothing.
  private func after(_ start: CategoryOrder, _ change: (inout CategoryOrder) -> Bool) -> [String]? {
    var order = start
    return change(&order) ? order.slugs : nil
  }

  @Test("a category moves within its group and no further")
  func moves() {
    #expect(after(order) { $0.move("b", .up) } == ["b", "a", "x", "p"])
    #expect(after(order) { $0.move("a", .up) } == order.slugs, "at the top it stays")
    #expect(after(order) { $0.move("a", .down) } == ["b", "a", "x", "p"])
    #expect(after(order) { $0.move("b", .down) } == order.slugs, "at the end of its group it stays")
    #expect(after(order) { $0.move("none", .up) } == nil)
  }

  @Test("a group moves whole")
  func movesGroup() {
    #expect(after(order) { $0.moveGroup(of: "p", .up) } == ["a", "b", "p", "x"])
    #expect(after(order) { $0.moveGroup(of: "b", .down) } == ["x", "a", "b", "p"])
    #expect(after(order) { $0.moveGroup(of: "a", .up) } == order.slugs)
    #expect(after(order) { $0.moveGroup(of: "p", .down) } == order.slugs)
    #expect(after(order) { $0.moveGroup(of: "none", .down) } == nil)
    #expect(
      order
        == CategoryOrder([
          .init(slug: "a", group: "Streets"), .init(slug: "b", group: "Streets"), .init(slug: "x", group: nil),
          .init(slug: "p", group: "Parks"),
        ]))
  }
}
