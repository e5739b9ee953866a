import Glibc

@testable import HTTPServer

extension OpenFile {
  /// What the kernel would send.
  func readAll() throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: size)
    let count = pread(descriptor, &bytes, size, offset)
    return Array(bytes.prefix(max(0, count)))
  }
}
