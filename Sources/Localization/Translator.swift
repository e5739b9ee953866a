import FoundationEssentials
import TimeZones

/// Says messages in one language, dates and numbers with them.
///
///     t("Report a problem")
///     t("Due by {date}", ["date": t.date(due)])
///     t.plural("{count} report", "{count} reports", count)
///
/// The English text is the key: what a catalogue lacks is said in English.
public struct Translator: Sendable {
  public let language: Language
  public let timeZone: Zone
  private let catalogue: Catalogue?
  /// What is said instead of our own words, by names that whoever looks here has agreed on.
  public let own: [String: String]

  /// - Parameter catalogue: nil for English.
  public init(_ language: Language, _ catalogue: Catalogue?, timeZone: Zone, own: [String: String] = [:]) {
    self.language = language
    self.catalogue = catalogue
    self.timeZone = timeZone
    self.own = own
  }

  /// - Parameter values: for each `{name}` in the message.
  public func callAsFunction(_ message: String, _ values: [String: String] = [:]) -> String {
    Self.fill(catalogue?.text(message) ?? message, values)
  }

  /// The message for a count, with `{count}` filled in.
  public func plural(_ one: String, _ many: String, _ count: Int, _ values: [String: String] = [:]) -> String {
    let text = catalogue?.text(one, count: count) ?? (count == 1 ? one : many)
    return Self.fill(text, values.merging(["count": number(count)]) { $1 })
  }

  /// A whole number with its digits in groups of three.
  public func number(_ value: Int) -> String {
    let digits = String(value.magnitude)
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0 && (digits.count - index) % 3 == 0 { text += language.groupSeparator }
      text.append(digit)
    }
    return value < 0 ? "−" + text : text
  }

  /// In one pass, so that braces inside of a value stay as they are.
  private static func fill(_ text: String, _ values: [String: String]) -> String {
    if values.isEmpty { return text }
    var filled = ""
    var rest = text[...]
    while let open = rest.firstIndex(of: "{") {
      filled += rest[..<open]
      rest = rest[open...]
      guard let close = rest.firstIndex(of: "}"), let value = values[String(rest[rest.index(after: open)..<close])]
      else {
        filled += "{"
        rest = rest.dropFirst()
        continue
      }
      filled += value
      rest = rest[rest.index(after: close)...]
    }
    return filled + rest
  }
}
