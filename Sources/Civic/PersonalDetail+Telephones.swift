extension PersonalDetail {
  /// A run of digits and what people put between them, judged by the forms that numbers have: `+` and a country, a
  /// leading zero, the American 3-3-4, a local 3-4, or any run after a word such as "call".
  static func telephones(_ text: [Unicode.Scalar]) -> [Found] {
    var found: [Found] = []
    var index = 0
    while index < text.count {
      guard text[index].isDigit || text[index] == "+" || text[index] == "(" else {
        index += 1
        continue
      }
      var end = index
      while end < text.count, text[end].isDigit || between.contains(text[end]) { end += 1 }
      if let run = Run(text, index..<end), run.isTelephone {
        found.append((run.range.lowerBound, PersonalDetail(kind: .telephone, text: Self.text(text[run.range]))))
      }
      index = max(end, index + 1)
    }
    return found
  }

  private static let between: Set<Unicode.Scalar> = [" ", "\u{A0}", "-", ".", "/", "(", ")", "+", "\u{2011}"]
  private static let calls: Set<String> = [
    "tel", "telephone", "phone", "call", "cell", "mobile", "fax", "whatsapp", "sms", "text", "at", "number", "teléfono",
    "telefono", "tél", "téléphone", "móvil", "movil", "llame", "llamar", "appeler", "appelez", "portable", "handy",
  ]

  /// Groups of digits with what stands between them.
  private struct Run {
    private(set) var range: Range<Int>
    private var groups: [(digits: String, separator: Unicode.Scalar?)] = []
    private let isInternational: Bool
    private let isCalled: Bool

    init?(_ text: [Unicode.Scalar], _ whole: Range<Int>) {
      var range = whole
      while let last = range.last, !text[last].isDigit { range = range.lowerBound..<last }
      if range.isEmpty { return nil }
      // A part of a word, e.g. of a reference or a plate, or of a number with a comma.
      if range.upperBound < text.count, text[range.upperBound].isLatinLetter { return nil }
      if range.lowerBound > 0, text[range.lowerBound - 1].isLatinLetter || text[range.lowerBound - 1] == "#" {
        return nil
      }
      var digits = ""
      var separator: Unicode.Scalar?
      for index in range {
        if text[index].isDigit {
          digits.unicodeScalars.append(text[index])
        } else {
          if !digits.isEmpty { groups.append((digits, separator)) }
          if !digits.isEmpty { (digits, separator) = ("", text[index]) }
        }
      }
      groups.append((digits, separator))
      isInternational = text[range.lowerBound] == "+"
      isCalled = Self.word(before: range.lowerBound, in: text).map(PersonalDetail.calls.contains) ?? false
      self.range = range
      dropDate()
    }

    /// The last word before a number, past a colon or a full stop.
    private static func word(before index: Int, in text: [Unicode.Scalar]) -> String? {
      var end = index
      while end > 0, index - end < 3, !text[end - 1].properties.isAlphabetic { end -= 1 }
      var start = end
      while start > 0, end - start < 12, text[start - 1].properties.isAlphabetic { start -= 1 }
      return start == end ? nil : PersonalDetail.text(text[start..<end]).lowercased()
    }

    /// A day at the beginning, e.g. `09.11.2026 08` of a date and a time, is none of it.
    private mutating func dropDate() {
      guard groups.count >= 3, let mark = groups[1].separator, mark == groups[2].separator,
        "./-".unicodeScalars.contains(mark)
      else { return }
      let lengths = groups.prefix(3).map(\.digits.count)
      let isDay =
        lengths[0] <= 2 && lengths[1] <= 2 && lengths[2] == 4 || lengths[0] == 4 && lengths[1] <= 2 && lengths[2] <= 2
      if isDay { groups.removeFirst(3) }
    }

    var isTelephone: Bool {
      let count = groups.reduce(0) { $0 + $1.digits.count }
      let lengths = groups.map(\.digits.count)
      guard (7...15).contains(count), let first = groups.first?.digits else { return false }
      if isInternational { return count >= 8 }
      if isCalled { return true }
      switch lengths {
      // Of North America: area and exchange begin with 2 to 9.
      case [3, 3, 4], [1, 3, 3, 4]: return true
      case [10]: return isNorthAmerican(first)
      case [11]: return first.hasPrefix("1") && isNorthAmerican(String(first.dropFirst())) || first.hasPrefix("0")
      case [3, 4]: return groups[1].separator == "-" || groups[1].separator == "."
      // Of Spain.
      case [3, 3, 3], [3, 2, 2, 2]: return "6789".contains(first.prefix(1)) || first.hasPrefix("0")
      // A postal code of the United States, a decimal fraction.
      case [5, 4]: return false
      case [1, 8], [1, 9], [1, 10]: return false
      default: return first.hasPrefix("0") && (9...13).contains(count)
      }
    }

    private func isNorthAmerican(_ digits: String) -> Bool {
      let scalars = Array(digits.unicodeScalars)
      return scalars[0] >= "2" && scalars[3] >= "2" || scalars[0] == "0"
    }
  }
}
