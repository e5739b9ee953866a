import Glibc

/// What is wrong with a multipart body: 400, or 413 where `isTooLarge`. `description` is safe to show.
public enum MultipartError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The content type names no boundary, or one that RFC 2046 does not allow.
  case boundary
  /// The body does not begin with the boundary.
  case missingDelimiter
  /// Something else than a line end or `--` follows the boundary.
  case malformedDelimiter
  case malformedHeader
  /// A part without `Content-Disposition: form-data; name="…"`.
  case missingName
  case headerTooLarge
  case tooManyParts
  /// The body ends before the last boundary.
  case truncated

  public var description: String {
    switch self {
    case .boundary: "the content type has no valid boundary"
    case .missingDelimiter: "the multipart body does not contain its boundary"
    case .malformedDelimiter: "a boundary of the multipart body is not well formed"
    case .malformedHeader: "the header of a part is not well formed"
    case .missingName: "a part has no name"
    case .headerTooLarge: "the header of a part is too large"
    case .tooManyParts: "the multipart body has too many parts"
    case .truncated: "the multipart body ends before its last boundary"
    }
  }

  public var isTooLarge: Bool { self == .headerTooLarge || self == .tooManyParts }
}

/// Reads `multipart/form-data` (RFC 7578, RFC 2046 section 5.1) piece by piece: bytes in, events out, no I/O.
///
/// Content passes through at once: between two calls it holds at most a boundary or a part's header.
public struct MultipartParser: Sendable {
  public struct Limits: Sendable {
    public var parts: Int
    /// Bytes of one part's header.
    public var headerBytes: Int
    /// Bytes before the first boundary, which no client of today sends.
    public var preamble: Int

    public init(parts: Int = 32, headerBytes: Int = 8 << 10, preamble: Int = 1 << 10) {
      self.parts = parts
      self.headerBytes = headerBytes
      self.preamble = preamble
    }
  }

  public enum Event: Sendable, Equatable {
    case part(PartHeaders)
    /// At least one byte of the part's content.
    case data([UInt8])
    case partEnd
    /// The last boundary; what follows it is ignored.
    case end
  }

  private enum State: Equatable {
    case preamble
    /// Right behind a boundary.
    case delimiter
    case header
    case content
    case ended
  }

  private let limits: Limits
  private let delimiter: [UInt8]
  private var state = State.preamble
  /// What cannot be judged yet. It begins as the line end that stands before every boundary but the first.
  private var buffer: [UInt8] = [13, 10]
  private var position = 0
  private var skipped = -2
  private var parts = 0
  private var headerBytes = 0
  private var header = Headers()

  /// - Parameter boundary: 1 to 70 characters of RFC 2046's set, the last no space. Else throws `.boundary`.
  public init(boundary: String, limits: Limits = Limits()) throws(MultipartError) {
    guard Self.isBoundary(boundary) else { throw .boundary }
    delimiter = Array("\r\n--\(boundary)".utf8)
    self.limits = limits
  }

  /// - Parameter contentType: of a request. Throws `UnsupportedContentType` unless it is `multipart/form-data`.
  public init(contentType: String?, limits: Limits = Limits()) throws {
    guard let type = ContentType(contentType ?? ""), type.essence == "multipart/form-data" else {
      throw UnsupportedContentType()
    }
    try self.init(boundary: type["boundary"] ?? "", limits: limits)
  }

  /// Bytes held for the next call.
  public var bufferedBytes: Int { buffer.count }

  /// Takes the next bytes.
  /// - Throws: `MultipartError`, after which the parser is of no more use.
  public mutating func feed(_ bytes: some Collection<UInt8>) throws(MultipartError) -> [Event] {
    guard state != .ended else { return [] }
    buffer += bytes
    var events: [Event] = []
    while try step(&events) {}
    buffer.removeFirst(position)
    position = 0
    return events
  }

  /// The body has ended.
  /// - Throws: `.truncated`, or `.missingDelimiter`, unless the last boundary was seen.
  public func finish() throws(MultipartError) {
    switch state {
    case .ended: return
    case .preamble: throw .missingDelimiter
    case .delimiter, .header, .content: throw .truncated
    }
  }

  /// One step of progress; false when more bytes are needed.
  private mutating func step(_ events: inout [Event]) throws(MultipartError) -> Bool {
    switch state {
    case .preamble, .content: try passContent(&events)
    case .delimiter: try readDelimiter(&events)
    case .header: try readHeaderLine(&events)
    case .ended: false
    }
  }

  /// Everything up to the next boundary, or to what may be the beginning of one.
  private mutating func passContent(_ events: inout [Event]) throws(MultipartError) -> Bool {
    let end = candidate()
    if state == .preamble {
      skipped += end - position
      guard skipped <= limits.preamble else { throw .missingDelimiter }
    } else if end > position {
      events.append(.data(Array(buffer[position..<end])))
    }
    position = end
    guard buffer.count - position >= delimiter.count else { return false }
    position += delimiter.count
    if state == .content { events.append(.partEnd) }
    state = .delimiter
    return true
  }

  /// Where the next boundary begins, whole or cut off by the end of the buffer; the end where there is none.
  private func candidate() -> Int {
    buffer.withUnsafeBytes { bytes in
      var start = position
      while start < bytes.count {
        guard let found = memchr(bytes.baseAddress! + start, 13, bytes.count - start) else { return bytes.count }
        start = UnsafeRawPointer(found) - bytes.baseAddress!
        let length = min(delimiter.count, bytes.count - start)
        if memcmp(bytes.baseAddress! + start, delimiter, length) == 0 { return start }
        start += 1
      }
      return bytes.count
    }
  }

  /// `--` ends the body; spaces and a line end begin a part.
  private mutating func readDelimiter(_ events: inout [Event]) throws(MultipartError) -> Bool {
    let rest = buffer[position...]
    if rest.first == UInt8(ascii: "-") {
      guard rest.count >= 2 else { return false }
      guard rest[position + 1] == UInt8(ascii: "-") else { throw .malformedDelimiter }
      events.append(.end)
      state = .ended
      position = buffer.count
      return false
    }
    let padding = rest.prefix { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    guard padding.count <= 64 else { throw .malformedDelimiter }
    guard rest.count >= padding.count + 2 else {
      if let next = rest.dropFirst(padding.count).first, next != 13 { throw .malformedDelimiter }
      return false
    }
    guard rest[padding.endIndex] == 13, rest[padding.endIndex + 1] == 10 else { throw .malformedDelimiter }
    guard parts < limits.parts else { throw .tooManyParts }
    parts += 1
    position = padding.endIndex + 2
    (state, header, headerBytes) = (.header, Headers(), 0)
    return true
  }

  private mutating func readHeaderLine(_ events: inout [Event]) throws(MultipartError) -> Bool {
    let rest = buffer[position...]
    let end = rest.firstIndex(of: 13) ?? rest.endIndex
    guard headerBytes + end - position <= limits.headerBytes else { throw .headerTooLarge }
    guard end + 1 < rest.endIndex else { return false }
    guard rest[end + 1] == 10 else { throw .malformedHeader }
    let line = rest[..<end]
    headerBytes += line.count + 2
    position = end + 2
    guard line.isEmpty else {
      try add(line)
      return true
    }
    events.append(.part(try PartHeaders(header)))
    state = .content
    return true
  }

  private mutating func add(_ line: ArraySlice<UInt8>) throws(MultipartError) {
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex,
      line[..<colon].allSatisfy(isTokenByte), let text = String(validating: line[(colon + 1)...], as: UTF8.self),
      text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == UInt8(ascii: "\t") })
    else { throw .malformedHeader }
    header.add(String(decoding: line[..<colon], as: UTF8.self), String(text.trimmingSpaces))
  }
}
