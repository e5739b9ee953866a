import Glibc
import Synchronization

/// A mail server for tests that takes everything and keeps it: enough of RFC 5321 for one client at a time per thread.
public final class MailSink: Sendable {
  public struct Mail: Sendable {
    public let from: String
    public let to: String
    /// As it came, without the dots that the protocol doubles.
    public let data: String

    /// A header's value, folded lines put together; nil where there is none.
    public func header(_ name: String) -> String? {
      let head = String(data.prefix(upTo: data.firstRange(of: "\r\n\r\n")?.lowerBound ?? data.endIndex))
      let unfolded = head.replacing("\r\n ", with: " ")
      let line = unfolded.split(separator: "\r\n").first { $0.lowercased().hasPrefix(name.lowercased() + ": ") }
      return line.map { String($0.dropFirst(name.count + 2)) }
    }

    /// The text, decoded from quoted-printable.
    public var text: String {
      guard let end = data.firstRange(of: "\r\n\r\n")?.upperBound else { return "" }
      var bytes: [UInt8] = []
      var rest = Array(data[end...].replacing("=\r\n", with: "").replacing("\r\n", with: "\n").utf8)[...]
      while let byte = rest.popFirst() {
        if byte == UInt8(ascii: "="), rest.count >= 2,
          let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
        {
          bytes.append(value)
          rest = rest.dropFirst(2)
        } else {
          bytes.append(byte)
        }
      }
      return String(decoding: bytes, as: UTF8.self)
    }
  }

  public let port: Int
  private let socket: Int32
  private let mails = Mutex<[Mail]>([])
  private let refusals = Mutex<[String: String]>([:])
  private let logins = Mutex<[String]>([])

  public init() {
    socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = socket
    withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        precondition(bind(descriptor, address, length) == 0 && listen(descriptor, 64) == 0)
        getsockname(descriptor, address, &length)
      }
    }
    port = Int(UInt16(bigEndian: address.sin_port))
    startThread { [weak self] in
      while case let client = accept(descriptor, nil, nil), client >= 0 {
        guard let self else { return }
        startThread { [weak self] in self?.serve(client) }
      }
    }
  }

  deinit {
    shutdown(socket, Int32(SHUT_RDWR))
    close(socket)
  }

  /// What came for an address, oldest first.
  public func mails(to address: String) -> [Mail] { mails.withLock { $0.filter { $0.to == address } } }
  public var all: [Mail] { mails.withLock { $0 } }
  /// What clients sent to sign in, in Base64.
  public var credentials: [String] { logins.withLock { $0 } }

  /// From now on an address is answered so, e.g. `550 no such user`; nil takes its mail again.
  public func answer(_ address: String, by line: String?) { refusals.withLock { $0[address] = line } }

  private func serve(_ client: Int32) {
    var lines = LineReader(descriptor: client)
    defer { close(client) }
    var (from, to) = ("", "")
    send(client, "220 sink ESMTP")
    while let line = lines.next() {
      let verb = line.prefix(4).uppercased()
      switch verb {
      case "EHLO": send(client, "250-sink\r\n250-8BITMIME\r\n250 AUTH PLAIN")
      case "AUTH":
        send(client, "334 ")
        let answer = lines.next() ?? ""
        logins.withLock { $0.append(answer) }
        send(client, "235 welcome")
      case "MAIL":
        from = Self.address(line)
        send(client, "250 ok")
      case "RCPT":
        to = Self.address(line)
        send(client, refusals.withLock { $0[to] } ?? "250 ok")
      case "DATA":
        send(client, "354 go on")
        var data = ""
        while let line = lines.next(), line != "." {
          data += (line.hasPrefix("..") ? line.dropFirst() : line[...]) + "\r\n"
        }
        mails.withLock { $0.append(Mail(from: from, to: to, data: data)) }
        send(client, "250 kept")
      case "QUIT":
        send(client, "221 bye")
        return
      default: send(client, "250 ok")
      }
    }
  }

  private static func address(_ line: String) -> String {
    String(line.drop { $0 != "<" }.dropFirst().prefix { $0 != ">" })
  }

  private func send(_ client: Int32, _ line: String) {
    let bytes = Array((line + "\r\n").utf8)
    _ = bytes.withUnsafeBytes { Glibc.send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
  }
}

private struct LineReader {
  let descriptor: Int32
  var held: [UInt8] = []

  /// Without its end; nil where the connection ends.
  mutating func next() -> String? {
    while true {
      if let end = held.firstIndex(of: UInt8(ascii: "\n")) {
        let line = held[..<end]
        held.removeSubrange(...end)
        return String(decoding: line.last == UInt8(ascii: "\r") ? line.dropLast() : line, as: UTF8.self)
      }
      var buffer = [UInt8](repeating: 0, count: 4096)
      let count = recv(descriptor, &buffer, buffer.count, 0)
      guard count > 0 else { return nil }
      held += buffer.prefix(count)
    }
  }
}

private func startThread(_ work: @escaping @Sendable () -> Void) {
  final class Box: Sendable {
    let work: @Sendable () -> Void
    init(_ work: @escaping @Sendable () -> Void) { self.work = work }
  }
  var thread = pthread_t()
  let box = Unmanaged.passRetained(Box(work)).toOpaque()
  pthread_create(
    &thread, nil,
    { context in
      Unmanaged<Box>.fromOpaque(context!).takeRetainedValue().work()
      return nil
    }, box)
  pthread_detach(thread)
}
