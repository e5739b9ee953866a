import Glibc
import Intake

/// A file that receives clean bytes, all at once.
final class OutputFile {
  private let descriptor: Int32
  private(set) var byteCount = 0

  init(descriptor: Int32) { self.descriptor = descriptor }

  func write(_ bytes: UnsafeRawBufferPointer) throws {
    while byteCount < bytes.count {
      let written = pwrite(descriptor, bytes.baseAddress! + byteCount, bytes.count - byteCount, byteCount)
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { throw ScanError(.environment, "clean copy: \(String(cString: strerror(errno)))") }
      byteCount += written
    }
  }
}
