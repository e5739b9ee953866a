/// The messages of one language, read from a gettext `.po` file. libintl keeps one language for the whole process, so the
/// file is read here.
public struct Catalogue: Sendable {
  /// The file is not as it should be.
  public struct Malformed: Error, CustomStringConvertible {
    public let line: Int
    public let reason: String
    public var description: String { "line \(line): \(reason)" }
  }

  private var messages: [String: [String]] = [:]
  private var plurals = PluralRule.one

  /// Every message that has a translation, by its English.
  public var translated: [String: [String]] { messages }

  /// - Parameter text: a `.po` file in UTF-8. Entries that are marked fuzzy are left out, as `msgfmt` does.
  /// - Throws: `Malformed`.
  public init(parsing text: String) throws(Malformed) {
    var entry = Entry()
    var number = 0
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      number += 1
      let line = (line.last == "\r" ? line.dropLast() : line).drop { $0 == " " }
      if entry.ends(before: line) {
        try add(entry, number)
        entry = Entry()
      }
      try entry.read(line, number)
    }
    try add(entry, number)
  }

  private mutating func add(_ entry: Entry, _ line: Int) throws(Malformed) {
    guard let id = entry.id, !entry.isFuzzy else { return }
    if id.isEmpty {
      plurals = try PluralRule(header: entry.texts.first ?? "", line)
    } else if entry.texts.contains(where: { !$0.isEmpty }) {
      messages[id] = entry.texts
    }
  }

  func text(_ id: String) -> String? { messages[id]?.first.flatMap { $0.isEmpty ? nil : $0 } }

  func text(_ id: String, count: Int) -> String? {
    guard let texts = messages[id] else { return nil }
    let index = plurals.index(count)
    return index < texts.count && !texts[index].isEmpty ? texts[index] : nil
  }

  /// One entry while its lines are read.
  private struct Entry {
    var id: String?
    var texts: [String] = []
    var isFuzzy = false
    private var key = ""

    /// Whether its last line has come.
    func ends(before line: Substring) -> Bool {
      !texts.isEmpty && (line.isEmpty || line.hasPrefix("#") || line.hasPrefix("msgid "))
    }

    mutating func read(_ line: Substring, _ number: Int) throws(Malformed) {
      if line.isEmpty { return }
      if line.hasPrefix("#") {
        if line.hasPrefix("#,") && line.contains("fuzzy") { isFuzzy = true }
        return
      }
      var quoted = line
      if !line.hasPrefix("\"") {
        guard let space = line.firstIndex(of: " ") else { throw Malformed(line: number, reason: "no text") }
        key = String(line[..<space])
        quoted = line[space...].drop { $0 == " " }
      }
      let text = try Self.unquote(quoted, number)
      switch key {
      case "msgid": id = (id ?? "") + text
      case "msgid_plural": break
      case "msgstr": append(text, 0)
      default:
        guard key.hasPrefix("msgstr["), let index = Int(key.dropFirst(7).dropLast()), (0...5).contains(index) else {
          throw Malformed(line: number, reason: "\(key) is not known")
        }
        append(text, index)
      }
    }

    private mutating func append(_ text: String, _ index: Int) {
      while texts.count <= index { texts.append("") }
      texts[index] += text
    }

    private static func unquote(_ quoted: Substring, _ line: Int) throws(Malformed) -> String {
      guard quoted.count >= 2, quoted.first == "\"", quoted.last == "\"" else {
        throw Malformed(line: line, reason: "the text is not in quotes")
      }
      var text = ""
      var isEscaped = false
      for character in quoted.dropFirst().dropLast() {
        if isEscaped {
          text.append(character == "n" ? "\n" : character == "t" ? "\t" : character)
          isEscaped = false
        } else if character == "\\" {
          isEscaped = true
        } else {
          text.append(character)
        }
      }
      return text
    }
  }
}

/// Which form of a message goes with a count.
enum PluralRule: Sendable {
  /// `n != 1`: English, Spanish.
  case one
  /// `n > 1`: French, where zero is singular.
  case zeroOrOne

  init(header: String, _ line: Int) throws(Catalogue.Malformed) {
    let rule = header.split(separator: "\n").first { $0.hasPrefix("Plural-Forms:") } ?? ""
    let formula = rule.split(separator: ";").first { $0.contains("plural=") && !$0.contains("nplurals=") } ?? ""
    switch String(formula.filter { !" ()".contains($0) }) {
    case "plural=n!=1", "": self = .one
    case "plural=n>1": self = .zeroOrOne
    default: throw Catalogue.Malformed(line: line, reason: "this plural rule is not known: \(rule)")
    }
  }

  func index(_ count: Int) -> Int {
    switch self {
    case .one: count == 1 ? 0 : 1
    case .zeroOrOne: count > 1 || count < 0 ? 1 : 0
    }
  }
}
