internal import CCurl
import FoundationEssentials

/// A mail server and how it is spoken to, by libcurl.
struct SMTPServer: Sendable {
  let url: String
  let user: String?
  let password: String?
  enum Encryption: Sendable {
    /// On the machine itself, where a mail server has a certificate that nobody could check.
    case none
    case whereOffered
    /// A password must not go over a network in the clear because somebody on the way left out a line of the server's.
    case always
  }

  /// Of `smtp://`; `smtps://` is encrypted from the start.
  let encryption: Encryption
  let seconds: Int

  private static let isReady = shim_curl_global_init() == CURLE_OK

  init(url text: String, seconds: Int) throws(MailerURLError) {
    guard text.hasPrefix("smtp://") || text.hasPrefix("smtps://"), !text.utf8.contains(where: { $0 <= 0x20 }) else {
      throw MailerURLError(description: "must begin with smtp://, smtps:// or file:///")
    }
    let scheme = text.prefix { $0 != ":" }
    let authority = text.dropFirst(scheme.count + 3).prefix { $0 != "/" && $0 != "?" }
    let parts = authority.split(separator: "@", omittingEmptySubsequences: false)
    guard parts.count <= 2, let host = parts.last, !host.isEmpty, host.first != ":" else {
      throw MailerURLError(description: "must be smtp://user:password@host:port, user and password percent-encoded")
    }
    if parts.count == 2 {
      let credentials = parts[0].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = percentDecoded(credentials[0]), !name.isEmpty,
        let secret = credentials.count > 1 ? percentDecoded(credentials[1]) : ""
      else { throw MailerURLError(description: "has a user or a password that is not percent-encoded") }
      (user, password) = (name, secret)
    } else {
      (user, password) = (nil, nil)
    }
    self.url = "\(scheme)://\(host)"
    self.seconds = seconds
    let name = host.hasPrefix("[") ? host.prefix { $0 != "]" }.dropFirst() : host.prefix { $0 != ":" }
    let isHere = ["localhost", "127.0.0.1", "::1"].contains(String(name))
    encryption = isHere ? .none : user != nil ? .always : .whereOffered
  }

  /// Blocks until the server has taken the mail.
  func send(_ message: MailMessage) throws(MailError) {
    guard Self.isReady, let handle = curl_easy_init() else { throw .failed(reason: "libcurl does not start", code: 0) }
    defer { curl_easy_cleanup(handle) }
    guard let recipients = curl_slist_append(nil, message.to.text) else { throw .failed(reason: "no memory", code: 0) }
    defer { curl_slist_free_all(recipients) }
    set(handle, CURLOPT_URL, url + "/" + message.from.domain)
    set(handle, CURLOPT_MAIL_FROM, "<\(message.from.text)>")
    _ = shim_curl_set_list(handle, CURLOPT_MAIL_RCPT, recipients)
    set(handle, CURLOPT_PROTOCOLS_STR, "smtp,smtps")
    if let user { set(handle, CURLOPT_USERNAME, user) }
    if let password { set(handle, CURLOPT_PASSWORD, password) }
    let level =
      switch encryption {
      case .none: CURLUSESSL_NONE
      case .whereOffered: CURLUSESSL_TRY
      case .always: CURLUSESSL_ALL
      }
    set(handle, CURLOPT_USE_SSL, Int(level.rawValue))
    // Without it libcurl uses signals for its timeouts, which is not for programs with threads.
    set(handle, CURLOPT_NOSIGNAL, 1)
    set(handle, CURLOPT_CONNECTTIMEOUT, min(seconds, 15))
    set(handle, CURLOPT_TIMEOUT, seconds)
    set(handle, CURLOPT_UPLOAD, 1)
    var source = MailSource(bytes: message.bytes)
    let code = withUnsafeMutablePointer(to: &source) { source in
      _ = shim_curl_set_reader(
        handle,
        { buffer, size, count, context in
          context!.assumingMemoryBound(to: MailSource.self).pointee.read(into: buffer, at: size * count)
        }, source)
      return curl_easy_perform(handle)
    }
    guard code != CURLE_OK else { return }
    var answer = 0
    _ = shim_curl_get_long(handle, CURLINFO_RESPONSE_CODE, &answer)
    // Refused credentials are the configuration's fault, not this mail's.
    if (500...599).contains(answer) && code != CURLE_LOGIN_DENIED { throw .refused(code: answer) }
    throw .failed(reason: String(cString: curl_easy_strerror(code)), code: answer)
  }

  private func set(_ handle: UnsafeMutableRawPointer, _ option: CURLoption, _ value: String) {
    _ = shim_curl_set_string(handle, option, value)
  }

  private func set(_ handle: UnsafeMutableRawPointer, _ option: CURLoption, _ value: Int) {
    _ = shim_curl_set_long(handle, option, value)
  }
}

/// A mail as libcurl asks for it, piece by piece.
private struct MailSource {
  let bytes: [UInt8]
  var position = 0

  mutating func read(into buffer: UnsafeMutablePointer<CChar>?, at most: Int) -> Int {
    guard let buffer else { return 0 }
    let count = min(most, bytes.count - position)
    bytes.withUnsafeBytes { bytes in
      UnsafeMutableRawPointer(buffer).copyMemory(from: bytes.baseAddress! + position, byteCount: count)
    }
    position += count
    return count
  }
}

/// - Returns: nil for a % without two digits behind it, or for what is no text.
private func percentDecoded(_ text: Substring) -> String? {
  var bytes: [UInt8] = []
  var rest = Array(text.utf8)[...]
  while let byte = rest.popFirst() {
    guard byte == UInt8(ascii: "%") else {
      bytes.append(byte)
      continue
    }
    guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
      return nil
    }
    bytes.append(value)
    rest = rest.dropFirst(2)
  }
  return String(validating: bytes, as: UTF8.self)
}
