import FoundationEssentials

/// How text becomes the ASCII that mail is made of.
enum MailEncoding {
  private static let hexadecimal = Array("0123456789ABCDEF".utf8)

  /// A name, or the text of a subject. Whatever could end a line is a space by then; what is not plain ASCII becomes encoded words
  /// (RFC 2047), each at most 75 characters, broken between characters.
  /// - Parameters:
  ///   - indentation: characters that stand before it on its first line.
  ///   - isName: whether it stands beside an address, where punctuation has a meaning.
  static func phrase(_ text: String, after indentation: Int, isName: Bool) -> String {
    let clean = String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { $0.properties.generalCategory == .control || isLineEnd($0) ? " " : $0 }))
    let special = Set("\"(),:;<>@[\\].".utf8)
    let isPlain =
      !clean.contains("=?") && clean.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F && !(isName && special.contains($0)) }
    if isPlain && clean.utf8.count + indentation <= 78 { return clean }
    var words: [String] = []
    var word: [UInt8] = []
    // 45 bytes are 60 of Base64, and 12 more for =?utf-8?B?…?=; the first line has the header's name as well.
    var room = 36
    for character in clean {
      for scalar in character.unicodeScalars {
        let bytes = Array(String(scalar).utf8)
        if word.count + bytes.count > room {
          words.append(encodedWord(word))
          (word, room) = ([], 45)
        }
        word += bytes
      }
    }
    if !word.isEmpty { words.append(encodedWord(word)) }
    return words.joined(separator: "\r\n ")
  }

  private static func isLineEnd(_ scalar: Unicode.Scalar) -> Bool { scalar.value == 0x2028 || scalar.value == 0x2029 }

  private static func encodedWord(_ bytes: [UInt8]) -> String { "=?utf-8?B?\(Data(bytes).base64EncodedString())?=" }

  /// RFC 2045, 6.7: lines of at most 76 bytes.
  static func quotedPrintable(_ text: String) -> [UInt8] {
    var output: [UInt8] = []
    let lines = text.replacing("\r\n", with: "\n").utf8.split(
      separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for line in lines {
      var column = 0
      for (index, byte) in zip(line.indices, line) {
        let isLast = line.index(after: index) == line.endIndex
        let isSpace = byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
        let isPlain = isSpace ? !isLast : byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "=")
        // A soft line break before what would not fit beside the "=" of the next one. Nothing is cut apart but the
        // bytes of a character, which is allowed.
        if column + (isPlain ? 1 : 3) > 75 {
          output += Array("=\r\n".utf8)
          column = 0
        }
        if isPlain {
          output.append(byte)
        } else {
          output += [UInt8(ascii: "="), hexadecimal[Int(byte >> 4)], hexadecimal[Int(byte & 15)]]
        }
        column += isPlain ? 1 : 3
      }
      output += Array("\r\n".utf8)
    }
    return output
  }

  /// RFC 5322, 3.3, in UTC.
  static func date(_ date: Date) -> String {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = .gmt
    let parts = calendar.dateComponents([.year, .month, .day, .weekday, .hour, .minute, .second], from: date)
    let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    let time = [parts.hour!, parts.minute!, parts.second!].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
    return "\(days[parts.weekday! - 1]), \(parts.day!) \(months[parts.month! - 1]) \(parts.year!) \(time) +0000"
  }

  /// Whether it may stand in angle brackets in a header.
  static func isPlainURL(_ text: String) -> Bool {
    (text.hasPrefix("https://") || text.hasPrefix("http://")) && text.utf8.count < 900
      && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "<") && $0 != UInt8(ascii: ">") }
  }
}
