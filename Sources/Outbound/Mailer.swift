import EventLoop
import FoundationEssentials

/// Sends mail: by SMTP, or into a folder where somebody who tries Lamppost out can look at it.
public struct Mailer: Sendable {
  enum Way: Sendable {
    case server(SMTPServer)
    case folder(String)
  }

  let way: Way
  // libcurl blocks; nobody else's thread shall wait for a mail server.
  private let pool: BlockingPool

  /// - Parameters:
  ///   - url: `smtp://user:password@host:587` (STARTTLS), `smtps://user:password@host` (TLS from the start), user and
  ///     password percent-encoded or left out; or `file:///folder`.
  ///   - seconds: the longest that one mail may take.
  /// - Throws: `MailerURLError`, which does not repeat the URL: it may hold a password.
  public init(url: String, seconds: Int = 60) throws(MailerURLError) {
    if url.hasPrefix("file:///") {
      way = .folder(String(url.dropFirst("file://".count)))
    } else {
      way = .server(try SMTPServer(url: url, seconds: seconds))
    }
    pool = BlockingPool(name: "mail", threads: 2, waitingLimit: 64)
  }

  /// - Throws: `MailError`, or `BlockingPool.Full`.
  public func send(_ message: MailMessage) async throws {
    try await pool.run { [way] in
      switch way {
      case .server(let server): try server.send(message)
      case .folder(let path): try MailFolder(path: path).write(message)
      }
    }
  }
}

/// What is wrong with the URL of the mail server.
public struct MailerURLError: Error, CustomStringConvertible {
  public let description: String
}

/// A mail was not sent. Holds no address and nothing of the mail.
public enum MailError: Error, CustomStringConvertible {
  /// The server was reached and will not take this mail, now or later, by its answer of 500 to 599.
  case refused(code: Int)
  /// Anything else: another try may do.
  case failed(reason: String, code: Int)

  public var description: String {
    switch self {
    case .refused(let code): "the mail server refuses the mail (\(code))"
    case .failed(let reason, let code): "the mail was not sent: \(reason)\(code > 0 ? " (\(code))" : "")"
    }
  }
}
