internal import COpenSSL

/// Unpredictable bytes, from OpenSSL's generator (seeded by the kernel, safe across fork).
public enum RandomBytes {
  /// - Parameter count: 0 or more.
  public static func generate(_ count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      // To go on with guessable tokens would be worse than to stop.
      precondition(RAND_bytes(buffer.baseAddress, Int32(count)) == 1, "the system gives no random bytes")
      initialized = count
    }
  }
}
