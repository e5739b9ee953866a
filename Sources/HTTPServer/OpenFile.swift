import Glibc

/// A regular file opened for sending. What was opened is what is sent, whatever happens to its name.
public final class OpenFile: Sendable {
  /// The file could not be opened; the path is in no description.
  public struct Failure: Error, CustomStringConvertible, CustomDebugStringConvertible {
    public let code: Int32
    public let description = "the file cannot be read"
    public var debugDescription: String { "open for sending failed: \(String(cString: strerror(code)))" }
  }

  let descriptor: Int32
  /// First byte to send, and the number of bytes to send.
  public let offset: Int
  public let size: Int

  /// - Parameters:
  ///   - path: a regular file, not a symbolic link.
  ///   - range: bytes to send; all when nil. Clamped to the file.
  /// - Throws: `Failure`.
  public init(path: String, range: Range<Int>? = nil) throws {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { throw Failure(code: errno) }
    var information = stat()
    guard fstat(descriptor, &information) == 0, information.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw Failure(code: EINVAL)
    }
    self.descriptor = descriptor
    let range = (range ?? 0..<Int.max).clamped(to: 0..<Int(information.st_size))
    (offset, size) = (range.lowerBound, range.count)
  }

  deinit { close(descriptor) }
}
