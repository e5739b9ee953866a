internal import CZlib

/// Inflates gzip as it arrives, piece by piece: what a shell's `cat a.gz b.gz` puts together (several members) too.
///
///     var reader = GzipReader(outputLimit: 1 << 30)
///     while let piece = try read() { try reader.inflate(piece) { try parser.consume($0) } }
///     try reader.finish()
public struct GzipReader: ~Copyable {
  // zlib keeps a pointer back to the stream and refuses one that moved.
  private let stream: UnsafeMutablePointer<z_stream>
  private let output: UnsafeMutableRawBufferPointer
  private var remaining: Int
  private var atMemberEnd = false
  private var failed = false

  /// - Parameter outputLimit: bytes that may come out in all: a few kilobytes of gzip can hold gigabytes.
  public init(outputLimit: Int) {
    remaining = outputLimit
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    output = .allocate(byteCount: 64 << 10, alignment: 16)
    // 15 bits of window (the most there is), and 16 to demand gzip's own framing.
    let result = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    precondition(result == Z_OK, "no memory to inflate")
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
    output.deallocate()
  }

  /// Inflates the next piece of input, handing what comes out to `body` in pieces of up to 64 KiB, which it must not
  /// keep. After an error the reader throws `damaged` for ever.
  /// - Parameter input: less than 4 GiB, as zlib counts it; may be cut anywhere.
  /// - Throws: `CompressionError`, and whatever `body` throws.
  public mutating func inflate(_ input: [UInt8], _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    guard !failed else { throw CompressionError.damaged }
    failed = true
    try input.withUnsafeBufferPointer { input in
      // zlib only reads what `next_in` points to; its type lacks the const for reasons of age.
      stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
      stream.pointee.avail_in = UInt32(input.count)
      defer {
        stream.pointee.next_in = nil
        stream.pointee.avail_in = 0
      }
      while try step(body) {}
    }
    failed = false
  }

  /// To be called when the input has ended.
  /// - Throws: `CompressionError.truncated` when it ended too early.
  public consuming func finish() throws(CompressionError) {
    guard !failed else { throw .damaged }
    guard atMemberEnd else { throw .truncated }
  }

  /// - Returns: whether there may be more to come out of the input at hand.
  private mutating func step(_ body: (UnsafeRawBufferPointer) throws -> Void) throws -> Bool {
    if atMemberEnd {
      guard stream.pointee.avail_in > 0 else { return false }
      inflateReset(stream)
      atMemberEnd = false
    }
    stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_out = UInt32(output.count)
    let result = CZlib.inflate(stream, Z_NO_FLUSH)
    let count = output.count - Int(stream.pointee.avail_out)
    guard count <= remaining else { throw CompressionError.tooLarge }
    remaining -= count
    if count > 0 { try body(UnsafeRawBufferPointer(rebasing: output[..<count])) }
    switch result {
    case Z_STREAM_END: atMemberEnd = true
    // No progress is possible: the input is used up.
    case Z_BUF_ERROR: return false
    case Z_OK: break
    default: throw CompressionError.damaged
    }
    return true
  }
}

/// Why compressed data could not be read.
public enum CompressionError: Error, Equatable, CustomStringConvertible {
  case damaged, truncated, tooLarge

  public var description: String {
    switch self {
    case .damaged: "the compressed data is damaged"
    case .truncated: "the compressed data ends early"
    case .tooLarge: "the compressed data holds too much"
    }
  }
}
