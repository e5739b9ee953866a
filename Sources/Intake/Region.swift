/// A rectangle of an image, in its pixels from the top left.
public struct Region: Sendable, Hashable {
  public let x: Int
  public let y: Int
  public let width: Int
  public let height: Int

  /// Regions of one image, at most.
  public static let limit = 50
  /// No image of ours is wider or higher.
  public static let edge = 100_000

  /// nil for what lies outside of any image, or is nothing.
  public init?(x: Int, y: Int, width: Int, height: Int) {
    guard (0..<Self.edge).contains(x), (0..<Self.edge).contains(y), (1...Self.edge).contains(width),
      (1...Self.edge).contains(height)
    else { return nil }
    (self.x, self.y, self.width, self.height) = (x, y, width, height)
  }
}
