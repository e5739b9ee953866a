import FoundationEssentials
import Glibc

/// A folder of mails as files that any mail program opens.
struct MailFolder {
  let path: String

  /// The name begins with the time, so that they stand in order.
  func write(_ message: MailMessage) throws(MailError) {
    if mkdir(path, 0o700) != 0 && errno != EEXIST { throw failure("the mail folder cannot be made") }
    let milliseconds = Int(message.date.timeIntervalSince1970 * 1000)
    let name = "\(milliseconds)-\(message.id.filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }).eml"
    let descriptor = open("\(path)/.\(name)", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw failure("the mail cannot be written") }
    let bytes = message.bytes
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + written, $0.count - written) }
      if count < 0 && errno == EINTR { continue }
      if count <= 0 { break }
      written += count
    }
    close(descriptor)
    // Whoever looks into the folder sees whole mails only.
    guard written == bytes.count, rename("\(path)/.\(name)", "\(path)/\(name)") == 0 else {
      throw failure("the mail cannot be written")
    }
  }

  private func failure(_ reason: String) -> MailError { .failed(reason: reason, code: Int(errno)) }
}
