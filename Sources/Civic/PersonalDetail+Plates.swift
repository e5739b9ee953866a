extension PersonalDetail {
  /// Capitals and digits in one of the orders that number plates have. L stands for a letter, D for a digit.
  private static let shapes: Set<String> = [
    // United States: most states, California, Massachusetts
    "LLLDDDD", "LLLDDD", "DDDLLL", "DLLLDDD", "DLLLDD", "DLLDDD", "DDDLLD",
    // Spain; France and Italy; United Kingdom
    "DDDDLLL", "LLDDDLL", "LLDDLLL",
  ]

  /// Words of three capitals that numbers follow.
  private static let words: Set<String> = [
    "ACE", "ALL", "AND", "APT", "ATM", "AVE", "BMW", "BOX", "BUS", "DIN", "EST", "FLR", "FOR", "GMC", "HWY", "ISO",
    "KIA",
    "LED", "LOT", "NOT", "NYC", "OFF", "ONE", "OUR", "OUT", "RTE", "ROW", "THE", "TOP", "USA", "USB", "USD", "UTC",
    "VIA",
    "WAY", "ZIP",
  ]

  static func plates(_ text: [Unicode.Scalar]) -> [Found] {
    let words = Self.words(of: text)
    // Where all is written in capitals every word before a number would be a plate.
    let isShouted = !text.contains { ("a"..."z").contains($0) }
    var found: [Found] = []
    var index = 0
    while index < words.count {
      let longest = isShouted ? 1 : 3
      let count = (1...longest).reversed().first { count in
        index + count <= words.count && isPlate(words[index..<(index + count)], text)
      }
      if let count {
        let range = words[index].lowerBound..<words[index + count - 1].upperBound
        found.append((range.lowerBound, PersonalDetail(kind: .plate, text: Self.text(text[range]))))
      }
      index += count ?? 1
    }
    return found
  }

  /// Longest runs of letters, digits and hyphens.
  private static func words(of text: [Unicode.Scalar]) -> [Range<Int>] {
    var words: [Range<Int>] = []
    var start: Int?
    for index in 0...text.count {
      let isInside =
        index < text.count && (text[index].isDigit || text[index].properties.isAlphabetic || text[index] == "-")
      if isInside { start = start ?? index }
      if !isInside, let first = start {
        words.append(first..<index)
        start = nil
      }
    }
    return words
  }

  /// - Parameter parts: words that follow one another; only single spaces may stand between them.
  private static func isPlate(_ parts: ArraySlice<Range<Int>>, _ text: [Unicode.Scalar]) -> Bool {
    guard let first = parts.first, let last = parts.last, last.upperBound - first.lowerBound <= 10 else { return false }
    for (one, next) in zip(parts, parts.dropFirst()) {
      guard next.lowerBound == one.upperBound + 1, text[one.upperBound] == " " else { return false }
    }
    let groups = parts.flatMap { text[$0].split(separator: "-", omittingEmptySubsequences: false) }
    guard groups.allSatisfy({ !$0.isEmpty && $0.allSatisfy { $0.isDigit || $0.isCapital } }) else { return false }
    let joined = groups.joined()
    let shape = String(joined.map { $0.isDigit ? "D" : "L" })
    if isGerman(groups, in: text[first]) { return true }
    guard shapes.contains(shape), groups.count <= 3 else { return false }
    // Between letters and digits alone do plates have gaps.
    let isSplitRight = groups.dropLast().allSatisfy { group in
      group.allSatisfy(\.isDigit) || group.allSatisfy(\.isCapital) || shape.hasPrefix("LLDD") || shape == "DLLDDD"
    }
    return isSplitRight && !words.contains(Self.text(joined.prefix(3)))
  }

  /// A place, one or two letters, up to four digits, with a hyphen after the place: `B-MW 1234`.
  private static func isGerman(_ groups: [ArraySlice<Unicode.Scalar>], in first: ArraySlice<Unicode.Scalar>) -> Bool {
    groups.count == 3 && first.contains("-") && (1...3).contains(groups[0].count) && (1...2).contains(groups[1].count)
      && (1...4).contains(groups[2].count) && groups[0].allSatisfy(\.isCapital) && groups[1].allSatisfy(\.isCapital)
      && groups[2].allSatisfy(\.isDigit)
  }
}
