/// Takes words out of texts.
public struct Redaction: Sendable, Equatable {
  /// What stands in their place.
  public static let mark = "[redacted]"

  /// Longest first, so that a word within another leaves nothing of it.
  private let words: [[String]]

  /// - Parameter words: as somebody typed them; upper and lower case are the same.
  public init(_ words: [String]) {
    self.words = words.map(Self.folded).filter { !$0.isEmpty }.sorted { $0.count > $1.count }
  }

  /// Character by character in lower case, white space as one space.
  private static func folded(_ text: String) -> [String] {
    text.map { $0.isWhitespace ? " " : String($0).lowercased() }
  }

  public func finds(in text: String) -> Bool { redacted(text) != text }

  /// The text with the mark in place of each occurrence; the same text where there is none.
  public func redacted(_ text: String) -> String {
    let characters = Array(text)
    let folded = Self.folded(text)
    var result = ""
    var index = 0
    while index < characters.count {
      if let word = words.first(where: { folded[index...].starts(with: $0) }) {
        result += Self.mark
        index += word.count
      } else {
        result.append(characters[index])
        index += 1
      }
    }
    return result
  }
}
