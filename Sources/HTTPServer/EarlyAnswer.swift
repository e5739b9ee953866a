import Glibc

/// An answer in the middle of a body. libmicrohttpd takes none there, but nothing of another is on the wire yet: so we
/// write it to the socket ourselves, and close the connection after it. Without it a client would learn nothing of why
/// it was cut off, and a proxy would say 502 to it.
struct EarlyAnswer: Sendable {
  let bytes: [UInt8]

  /// - Returns: nil for a response that is a file or a stream, or whose header holds control characters.
  init?(_ response: Response, isHead: Bool) {
    let body: [UInt8]
    switch response.content {
    case .empty: body = []
    case .bytes(let bytes): body = bytes
    case .file, .stream: return nil
    }
    var head = "HTTP/1.1 \(response.status.code) \r\nDate: \(Self.date())\r\nConnection: close\r\n"
    for field in response.headers {
      guard field.name.utf8.allSatisfy(isTokenByte), field.value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
        return nil
      }
      head += "\(field.name): \(field.value)\r\n"
    }
    bytes = Array("\(head)Content-Length: \(body.count)\r\n\r\n".utf8) + (isHead ? [] : body)
  }

  /// Without waiting: the socket's buffer is empty, and what does not fit into it is lost with the connection.
  func send(to descriptor: Int32) {
    _ = bytes.withUnsafeBytes {
      Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL))
    }
  }

  /// The time as RFC 9110, section 5.6.7, wants it.
  private static func date() -> String {
    var now = time(nil)
    var parts = tm()
    gmtime_r(&now, &parts)
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 40) { text in
      // English by the C locale, which the program never leaves.
      let count = strftime(text.baseAddress, text.count, "%a, %d %b %Y %H:%M:%S GMT", &parts)
      return String(decoding: text[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
  }
}
