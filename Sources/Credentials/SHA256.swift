internal import COpenSSL

/// A SHA-256 digest: always 32 bytes.
public struct SHA256Digest: Sendable, Hashable, CustomStringConvertible {
  public static let byteCount = 32
  public let bytes: [UInt8]

  /// nil unless `bytes` are 32.
  public init?(bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    self.bytes = bytes
  }

  public init(hashing message: [UInt8]) {
    var hasher = SHA256Hasher()
    hasher.update(message)
    self = hasher.finalize()
  }

  public init(hashing text: String) { self.init(hashing: Array(text.utf8)) }

  fileprivate init(finalizing context: OpaquePointer?) {
    bytes = [UInt8](unsafeUninitializedCapacity: Self.byteCount) { buffer, initialized in
      precondition(EVP_DigestFinal_ex(context, buffer.baseAddress, nil) == 1, "SHA-256 failed")
      initialized = Self.byteCount
    }
  }

  /// 64 small hexadecimal digits.
  public var hex: String { Hexadecimal.encode(bytes) }

  public var description: String { hex }
}

/// SHA-256 of what arrives in pieces, such as an upload.
public struct SHA256Hasher: ~Copyable, Sendable {
  // Sendable: the context has one owner, since the struct cannot be copied, and is bound to no thread.
  private nonisolated(unsafe) let context: OpaquePointer?

  public init() {
    context = EVP_MD_CTX_new()
    // Only a lack of memory can make it fail; a digest of something else must never come out.
    precondition(EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1, "no memory for SHA-256")
  }

  deinit { EVP_MD_CTX_free(context) }

  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    precondition(EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1, "SHA-256 failed")
  }

  public mutating func update(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { update($0) }
  }

  public mutating func update(_ bytes: ArraySlice<UInt8>) {
    bytes.withUnsafeBytes { update($0) }
  }

  public consuming func finalize() -> SHA256Digest { SHA256Digest(finalizing: context) }
}

/// HMAC with SHA-256 (RFC 2104).
public enum HMACSHA256 {
  /// - Returns: 32 bytes.
  public static func authenticate(_ message: [UInt8], key: Secret) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: SHA256Digest.byteCount) { buffer, initialized in
      let result = HMAC(
        EVP_sha256(), key.bytes, Int32(key.bytes.count), message, message.count, buffer.baseAddress, nil)
      precondition(result != nil, "HMAC failed")
      initialized = SHA256Digest.byteCount
    }
  }

  public static func isValid(_ code: [UInt8], for message: [UInt8], key: Secret) -> Bool {
    constantTimeEquals(code, authenticate(message, key: key))
  }
}

/// Whether both are the same, in a time that tells nothing but their lengths.
public func constantTimeEquals(_ one: [UInt8], _ other: [UInt8]) -> Bool {
  one.count == other.count && CRYPTO_memcmp(one, other, one.count) == 0
}
