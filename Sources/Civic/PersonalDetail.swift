/// Something in a text that tells who somebody is, pointed out to whoever writes it before it is published. A hint and no
/// judgement: what looks like a telephone number may be none, and nobody is kept from sending it.
public struct PersonalDetail: Sendable, Hashable {
  public enum Kind: String, CaseIterable, Sendable {
    case telephone, email
    /// Of a car.
    case plate
  }

  public let kind: Kind
  /// As it stands in the text.
  public let text: String

  public init(kind: Kind, text: String) { (self.kind, self.text) = (kind, text) }

  /// Every one once, in the order of the text. Linear in the text's length, whatever a stranger sends.
  public static func found(in text: String) -> [PersonalDetail] {
    let characters = Array(text.unicodeScalars)
    var found = emails(characters) + telephones(characters) + plates(characters)
    found.sort { $0.at < $1.at }
    var seen: Set<PersonalDetail> = []
    return found.map(\.detail).filter { seen.insert($0).inserted }
  }

  typealias Found = (at: Int, detail: PersonalDetail)

  static func text(_ characters: some Sequence<Unicode.Scalar>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: characters)
    return String(view)
  }

  // MARK: Addresses of mail

  /// A name, an @, and a host whose last part is letters: the longest forms of RFC 5321.
  private static func emails(_ text: [Unicode.Scalar]) -> [Found] {
    text.indices.filter { text[$0] == "@" }.compactMap { at in
      var (first, last) = (at, at + 1)
      while first > 0, at - first < 64, text[first - 1].isMailName { first -= 1 }
      while last < text.count, last - at < 255, text[last].isHostName { last += 1 }
      // The sentence's own full stop.
      while last > at + 1, text[last - 1] == "." || text[last - 1] == "-" { last -= 1 }
      let labels = text[(at + 1)..<last].split(separator: ".", omittingEmptySubsequences: false)
      guard first < at, labels.count >= 2, !labels.contains(where: \.isEmpty), let top = labels.last, top.count >= 2,
        top.allSatisfy(\.isLatinLetter)
      else { return nil }
      return (first, PersonalDetail(kind: .email, text: Self.text(text[first..<last])))
    }
  }
}

extension Unicode.Scalar {
  var isDigit: Bool { ("0"..."9").contains(self) }
  var isCapital: Bool { ("A"..."Z").contains(self) }
  var isLatinLetter: Bool { isCapital || ("a"..."z").contains(self) }
  fileprivate var isMailName: Bool { isDigit || isLatinLetter || "._%+-".unicodeScalars.contains(self) }
  fileprivate var isHostName: Bool { isDigit || isLatinLetter || self == "." || self == "-" }
}
