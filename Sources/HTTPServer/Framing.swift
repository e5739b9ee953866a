/// A request that is refused before routing. The connection is closed after the answer.
struct Refusal: Error, Equatable {
  let status: Status
  let code: String
  let detail: String

  static func framing(_ detail: String) -> Refusal {
    Refusal(status: .badRequest, code: "framing", detail: detail)
  }
  static let fields = framing("a header field is not well formed")
  static let version = Refusal(status: Status(505), code: "version", detail: "the version of HTTP is not known here")
  static let target = Refusal(status: .badRequest, code: "target", detail: "the request target is not well formed")
  static let method = Refusal(status: .notImplemented, code: "method", detail: "the method is not known here")
  static let headerTooLarge = Refusal(
    status: .headerFieldsTooLarge, code: "header_too_large", detail: "the header is too large")
  static let bodyTooLarge = Refusal(
    status: .contentTooLarge, code: "body_too_large", detail: "the body is too large")
  static let tooMany = Refusal(
    status: .tooManyRequests, code: "too_many_requests", detail: "too many requests of one address at a time")
}

/// How long the body is and whom the request is for: what two servers in a row must never see differently.
///
/// libmicrohttpd 0.9.75 accepts Content-Length together with Transfer-Encoding, and conflicting Content-Lengths, in
/// strict mode too (RFC 9112, section 6.3 and 11.2).
struct Framing: Equatable {
  /// 0 without a body, nil for a chunked one.
  let length: Int?
  /// In lower case; empty only for HTTP/1.0.
  let hostAndPort: String
  let awaitsContinue: Bool

  init(_ headers: Headers, isVersion10: Bool) throws(Refusal) {
    let lengths = headers.values("Content-Length")
    let encodings = headers.values("Transfer-Encoding")
    guard lengths.count + encodings.count <= 1 else { throw .framing("the length of the body is given twice") }
    if let encoding = encodings.first {
      guard isSame(encoding, "chunked"), !isVersion10 else { throw .framing("the transfer encoding is not chunked") }
      length = nil
    } else if let text = lengths.first {
      guard let value = Int(text), text.utf8.allSatisfy({ (48...57).contains($0) }) else {
        throw .framing("the content length is no number")
      }
      length = value
    } else {
      length = 0
    }
    let hosts = headers.values("Host")
    guard hosts.count == 1 || hosts.isEmpty && isVersion10 else { throw .framing("one Host is needed") }
    hostAndPort = hosts.first?.lowercased() ?? ""
    guard hosts.isEmpty || Self.isHost(hostAndPort) else { throw .framing("the Host is not well formed") }
    awaitsContinue = !isVersion10 && headers["Expect"].map { isSame($0, "100-continue") } ?? false
  }

  /// Letters, digits, `-`, `.`, `_`, or an IPv6 address in brackets; a port may follow.
  static func isHost(_ text: String) -> Bool {
    var name = text.utf8[...]
    if let colon = name.lastIndex(of: UInt8(ascii: ":")), name.last != UInt8(ascii: "]") {
      let port = name[colon...].dropFirst()
      guard port.count <= 5, port.allSatisfy({ (48...57).contains($0) }) else { return false }
      name = name[..<colon]
    }
    if name.first == UInt8(ascii: "[") {
      return name.last == UInt8(ascii: "]")
        && IPAddress(String(decoding: name.dropFirst().dropLast(), as: UTF8.self)) != nil
    }
    return !name.isEmpty && name.count <= 253
      && name.allSatisfy { isTokenByte($0) && !"!#$%&'*+^`|~".utf8.contains($0) }
  }
}

/// The request target: where the request goes.
struct Target: Equatable {
  let path: String
  let query: Query

  /// - Parameter bytes: as sent: `/path?query`, or with `http://host` before it.
  init(_ bytes: [UInt8], hostAndPort: String) throws(Refusal) {
    guard bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") }) else { throw .target }
    let origin = try Self.originForm(bytes, hostAndPort: hostAndPort)
    let mark = origin.firstIndex(of: UInt8(ascii: "?")) ?? origin.endIndex
    path = try Self.path(origin[..<mark])
    do { query = try Query(parsing: origin[mark...].dropFirst()) } catch {
      throw Refusal(status: .badRequest, code: "query", detail: "the query is not well formed")
    }
  }

  /// Drops the authority of the absolute form, which must be the Host (RFC 9112, section 3.2.2).
  private static func originForm(_ bytes: [UInt8], hostAndPort: String) throws(Refusal) -> ArraySlice<UInt8> {
    if bytes.first == UInt8(ascii: "/") { return bytes[...] }
    let text = String(decoding: bytes, as: UTF8.self)
    for scheme in ["http://", "https://"] where text.prefix(scheme.count).lowercased() == scheme {
      let rest = bytes.dropFirst(scheme.utf8.count)
      let end = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? rest.endIndex
      guard String(decoding: rest[..<end], as: UTF8.self).lowercased() == hostAndPort else { throw .target }
      return rest[end...]
    }
    throw .target
  }

  /// Decodes the path once. What could be read differently by the next reader is refused: encoded slashes, backslashes
  /// and dot segments.
  private static func path(_ bytes: ArraySlice<UInt8>) throws(Refusal) -> String {
    guard !bytes.isEmpty else { return "/" }
    let segments = bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    if !bytes.contains(UInt8(ascii: "%")), !bytes.contains(UInt8(ascii: ".")), !bytes.contains(UInt8(ascii: "\\")) {
      return String(decoding: bytes, as: UTF8.self)
    }
    for segment in segments {
      guard let text = PercentEncoding.decode(segment), text != ".", text != "..",
        !text.utf8.contains(UInt8(ascii: "/")), !text.utf8.contains(UInt8(ascii: "\\"))
      else { throw .target }
    }
    guard let path = PercentEncoding.decode(bytes) else { throw .target }
    return path
  }
}
