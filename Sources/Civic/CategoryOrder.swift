/// The order of a township's categories as its form shows them: by groups, each where its first category stands.
public struct CategoryOrder: Equatable, Sendable {
  public struct Entry: Equatable, Sendable {
    public let slug: String
    /// nil for those of no group, which are a group of their own.
    public let group: String?

    public init(slug: String, group: String?) { (self.slug, self.group) = (slug, group) }
  }

  public enum Direction: String, CaseIterable, Sendable { case up, down }

  /// The groups in their order, each with its categories in theirs.
  public private(set) var groups: [(name: String?, slugs: [String])] = []

  /// - Parameter entries: as they are sorted; those of a group need not stand together.
  public init(_ entries: [Entry]) {
    for entry in entries {
      if let index = groups.firstIndex(where: { $0.name == entry.group }) {
        groups[index].slugs.append(entry.slug)
      } else {
        groups.append((entry.group, [entry.slug]))
      }
    }
  }

  public var slugs: [String] { groups.flatMap(\.slugs) }

  /// Moves a category by one place within its group; at the end it stays.
  /// - Returns: false where there is no such category.
  @discardableResult public mutating func move(_ slug: String, _ direction: Direction) -> Bool {
    guard let group = groups.firstIndex(where: { $0.slugs.contains(slug) }),
      let index = groups[group].slugs.firstIndex(of: slug)
    else { return false }
    let other = direction == .up ? index - 1 : index + 1
    if groups[group].slugs.indices.contains(other) { groups[group].slugs.swapAt(index, other) }
    return true
  }

  /// Moves the group of a category by one place; at the end it stays.
  /// - Returns: false where there is no such category.
  @discardableResult public mutating func moveGroup(of slug: String, _ direction: Direction) -> Bool {
    guard let index = groups.firstIndex(where: { $0.slugs.contains(slug) }) else { return false }
    let other = direction == .up ? index - 1 : index + 1
    if groups.indices.contains(other) { groups.swapAt(index, other) }
    return true
  }

  public static func == (left: CategoryOrder, right: CategoryOrder) -> Bool {
    left.groups.count == right.groups.count
      && zip(left.groups, right.groups).allSatisfy { $0.name == $1.name && $0.slugs == $1.slugs }
  }
}
