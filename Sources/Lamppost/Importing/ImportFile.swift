import Compression
import Glibc

/// A file that is read piece by piece, inflated where it is gzip, so that memory stays flat whatever its size.
struct ImportFile: ~Copyable {
  // Gzip can grow a thousandfold: a small piece bounds what comes out of it at once.
  private static let pieceBytes = 16 << 10

  private let descriptor: Int32
  private let size: Int
  private var position = 0
  private var gzip: GzipReader?
  private var isFirst = true

  /// - Throws: `ImportError` where the file cannot be opened.
  init(path: String) throws(ImportError) {
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw ImportError("\(path) cannot be read: \(String(cString: strerror(errno)))") }
    var information = stat()
    size = fstat(descriptor, &information) == 0 ? Int(information.st_size) : 0
  }

  deinit { close(descriptor) }

  /// How much of the file as it lies on disk is read, 0…1.
  var share: Double { size > 0 ? min(Double(position) / Double(size), 1) : 0 }

  /// Reads the next piece. Blocks: for commands, not for the server.
  /// - Returns: whether there may be more.
  /// - Throws: `ImportError`, `CompressionError`, and whatever `body` throws.
  mutating func next(_ body: (UnsafeRawBufferPointer) throws -> Void) throws -> Bool {
    var bytes = [UInt8](repeating: 0, count: Self.pieceBytes)
    let count = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
    if count < 0 && errno == EINTR { return true }
    guard count >= 0 else { throw ImportError("The file cannot be read: \(String(cString: strerror(errno)))") }
    guard count > 0 else {
      try gzip.take()?.finish()
      return false
    }
    position += count
    bytes.removeSubrange(count...)
    // RFC 1952's magic number, which no text begins with.
    if isFirst, bytes.starts(with: [0x1F, 0x8B]) { gzip = GzipReader(outputLimit: .max) }
    isFirst = false
    if gzip == nil { try bytes.withUnsafeBytes(body) } else { try gzip?.inflate(bytes, body) }
    return true
  }

  /// The whole of a file that must fit in memory.
  static func contents(of path: String, limit: Int) throws -> [UInt8] {
    var file = try ImportFile(path: path)
    var bytes: [UInt8] = []
    while try file.next({ bytes.append(contentsOf: $0) }) {
      if bytes.count > limit { throw ImportError("\(path) is larger than \(limit) bytes.") }
    }
    return bytes
  }
}
