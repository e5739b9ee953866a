/// One record of a CSV file.
struct CSVRecord: Sendable, Equatable {
  /// The line it begins on, from 1.
  let line: Int
  /// The fields' bytes, unescaped, one behind the other.
  let bytes: [UInt8]
  /// Where each field ends in `bytes`.
  let ends: [Int]
  /// Why it is not RFC 4180; the fields are then what could be read of it.
  let fault: Fault?

  enum Fault: String, Sendable {
    case quoteInField = "a quote stands inside a field that is not quoted"
    case textAfterQuote = "something follows a closing quote"
    case openQuote = "a quote is never closed"
    case loneCarriageReturn = "a carriage return stands without a line feed"
  }

  var count: Int { ends.count }

  func field(_ index: Int) -> ArraySlice<UInt8> { bytes[(index == 0 ? 0 : ends[index - 1])..<ends[index]] }
}

/// RFC 4180 as a state machine: bytes go in as they arrive, whole records come out. Lines may end in CRLF or LF, a byte
/// order mark is skipped, empty lines are no records. A record with a fault ends at its line: one slip costs one record.
struct CSVParser {
  /// Thrown when a record outgrows every sense: as a rule a quote was left open.
  struct RecordTooLong: Error, CustomStringConvertible {
    let line: Int
    var description: String { "The record at line \(line) is longer than 1 MiB: is a quote left open there?" }
  }

  static let longestRecord = 1 << 20

  private enum State {
    case fieldStart, plain, quoted
    /// Behind a quote inside quotes: the end of the field, or half of a doubled quote.
    case quote
    case carriageReturn
    /// Behind a fault: whatever comes belongs to the line.
    case faulty
  }

  private var state = State.fieldStart
  private var line = 1
  private var firstLine = 1
  private var bytes: [UInt8] = []
  private var ends: [Int] = []
  private var fault: CSVRecord.Fault?
  private var markBytes = 0

  init() {}

  /// - Parameter body: takes each record as it is complete.
  mutating func consume(_ input: UnsafeRawBufferPointer, _ body: (CSVRecord) throws -> Void) throws {
    var index = skipMark(input)
    while index < input.count {
      if state == .plain || state == .quoted {
        // Most bytes mean nothing but themselves: taken as a run.
        let start = index
        if state == .plain {
          while index < input.count, !Self.endsPlain(input[index]) { index += 1 }
        } else {
          while index < input.count, input[index] != Self.quote {
            if input[index] == Self.lineFeed { line += 1 }
            index += 1
          }
        }
        if index > start { bytes.append(contentsOf: input[start..<index]) }
      }
      if bytes.count + ends.count > Self.longestRecord { throw RecordTooLong(line: firstLine) }
      guard index < input.count else { return }
      let byte = input[index]
      index += 1
      if take(byte) { try endRecord(body) }
    }
  }

  /// To be called when the input has ended: the last line may lack its end.
  mutating func finish(_ body: (CSVRecord) throws -> Void) throws {
    switch state {
    case .quoted: fault = .openQuote
    case .carriageReturn: fault = .loneCarriageReturn
    default: break
    }
    if state != .fieldStart || !ends.isEmpty { try endRecord(body) }
  }

  /// Moves by one byte.
  /// - Returns: whether a record is complete.
  private mutating func take(_ byte: UInt8) -> Bool {
    switch (state, byte) {
    case (.faulty, Self.lineFeed): return true
    case (.faulty, _): bytes.append(byte)
    case (.quoted, _): state = .quote
    case (.quote, Self.quote):
      bytes.append(byte)
      state = .quoted
    case (.fieldStart, Self.quote): state = .quoted
    case (.carriageReturn, Self.lineFeed), (.fieldStart, Self.lineFeed), (.plain, Self.lineFeed),
      (.quote, Self.lineFeed):
      return true
    case (.carriageReturn, _): fail(.loneCarriageReturn, byte)
    case (_, Self.comma):
      ends.append(bytes.count)
      state = .fieldStart
    case (_, Self.carriageReturn): state = .carriageReturn
    case (.quote, _): fail(.textAfterQuote, byte)
    case (_, Self.quote): fail(.quoteInField, byte)
    default:
      bytes.append(byte)
      state = .plain
    }
    return false
  }

  private mutating func fail(_ fault: CSVRecord.Fault, _ byte: UInt8) {
    self.fault = fault
    bytes.append(byte)
    state = .faulty
  }

  private mutating func endRecord(_ body: (CSVRecord) throws -> Void) throws {
    let isEmptyLine = ends.isEmpty && bytes.isEmpty && fault == nil
    let record = CSVRecord(line: firstLine, bytes: bytes, ends: ends + [bytes.count], fault: fault)
    bytes.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
    fault = nil
    state = .fieldStart
    line += 1
    firstLine = line
    if !isEmptyLine { try body(record) }
  }

  /// UTF-8's byte order mark may come in pieces.
  private mutating func skipMark(_ input: UnsafeRawBufferPointer) -> Int {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    var index = 0
    while markBytes < mark.count, index < input.count {
      guard input[index] == mark[markBytes] else {
        // No mark after all: what looked like one is text.
        if markBytes > 0 { bytes += mark[..<markBytes] }
        if markBytes > 0 { state = .plain }
        markBytes = mark.count
        break
      }
      markBytes += 1
      index += 1
    }
    return index
  }

  private static let quote = UInt8(ascii: "\"")
  private static let comma = UInt8(ascii: ",")
  private static let lineFeed = UInt8(ascii: "\n")
  private static let carriageReturn = UInt8(ascii: "\r")

  private static func endsPlain(_ byte: UInt8) -> Bool {
    byte == comma || byte == lineFeed || byte == carriageReturn || byte == quote
  }
}
