/// A language that pages are written in.
public enum Language: String, CaseIterable, Sendable {
  case english = "en"
  case spanish = "es"
  case french = "fr"

  /// The language's own word for itself.
  public var name: String {
    switch self {
    case .english: "English"
    case .spanish: "Español"
    case .french: "Français"
    }
  }

  /// What stands between groups of three digits.
  var groupSeparator: String {
    switch self {
    case .english: ","
    case .spanish: "."
    case .french: "\u{202F}"
    }
  }

  /// The best language for an Accept-Language header (RFC 9110, section 12.5.4); nil where it names none of ours.
  /// - Parameter header: as sent; parts that are malformed are skipped.
  public static func negotiate(_ header: String) -> Language? {
    var best: (language: Language, quality: Double)?
    for part in header.prefix(1000).split(separator: ",") {
      let pieces = part.split(separator: ";").map { $0.filter { $0 != " " } }
      guard let tag = pieces.first?.split(separator: "-").first?.lowercased(), let language = Language(rawValue: tag)
      else { continue }
      var quality = 1.0
      for piece in pieces.dropFirst() where piece.hasPrefix("q=") { quality = Double(piece.dropFirst(2)) ?? 0 }
      if quality > best?.quality ?? 0 { best = (language, quality) }
    }
    return best?.language
  }
}
