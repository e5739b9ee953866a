/// Colleagues who are called by `@` and their name in a text.
public enum Mention {
  /// A piece of a text: plain, or the call of somebody.
  public enum Piece: Equatable, Sendable {
    case text(Substring)
    case call(Substring)
  }

  /// A text is looked through for so many `@`, so that a text of nothing else costs little.
  static let limit = 100

  /// The text cut at each call. A longer name goes before a shorter one that it begins with; case does not matter; what
  /// stands inside of a word (an email address) calls nobody.
  public static func pieces(of text: String, names: some Collection<String>) -> [Piece] {
    let names = names.filter { !$0.isEmpty }.map { $0.lowercased() }.sorted { $0.count > $1.count }
    guard !names.isEmpty, text.utf8.contains(UInt8(ascii: "@")) else { return [.text(text[...])] }
    var pieces: [Piece] = []
    var (start, position, seen) = (text.startIndex, text.startIndex, 0)
    while seen < limit, let at = text[position...].firstIndex(of: "@") {
      seen += 1
      position = text.index(after: at)
      let follows = at > text.startIndex && isWord(text[text.index(before: at)])
      guard !follows, let end = names.lazy.compactMap({ end(of: $0, in: text[position...]) }).first else { continue }
      if start < at { pieces.append(.text(text[start..<at])) }
      pieces.append(.call(text[at..<end]))
      (start, position) = (end, end)
    }
    if start < text.endIndex { pieces.append(.text(text[start...])) }
    return pieces
  }

  /// The names that are called, in lower case.
  public static func names(in text: String, among names: some Collection<String>) -> Set<String> {
    Set(
      pieces(of: text, names: names).compactMap { piece in
        if case .call(let call) = piece { call.dropFirst().lowercased() } else { nil }
      })
  }

  /// Where `name` ends when `text` begins with it as whole words.
  private static func end(of name: String, in text: Substring) -> Substring.Index? {
    guard let end = text.index(text.startIndex, offsetBy: name.count, limitedBy: text.endIndex),
      text[..<end].lowercased() == name, end == text.endIndex || !isWord(text[end])
    else { return nil }
    return end
  }

  private static func isWord(_ character: Character) -> Bool { character.isLetter || character.isNumber }
}
