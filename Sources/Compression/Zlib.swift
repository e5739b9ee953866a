internal import CZlib

/// zlib in one call, for what fits in memory.
public enum Zlib {
  /// A zlib stream (RFC 1950), as PNG wants it.
  /// - Parameter level: 0 (stored) to 9 (smallest).
  public static func deflate(_ bytes: [UInt8], level: Int = 6) -> [UInt8] {
    var count = compressBound(UInt(bytes.count))
    return [UInt8](unsafeUninitializedCapacity: Int(count)) { buffer, initialized in
      let result = compress2(buffer.baseAddress, &count, bytes, UInt(bytes.count), Int32(min(max(level, 0), 9)))
      // With room for the bound, only a lack of memory can make it fail.
      precondition(result == Z_OK, "no memory to deflate")
      initialized = Int(count)
    }
  }

  /// CRC-32 as gzip and PNG use it.
  /// - Parameter checksum: of the bytes before these, to go on from.
  public static func crc32(_ bytes: [UInt8], after checksum: UInt32 = 0) -> UInt32 {
    UInt32(truncatingIfNeeded: crc32_z(UInt(checksum), bytes, bytes.count))
  }
}
