internal import CArgon2
internal import COpenSSL
public import EventLoop

/// Passwords by argon2id, on a bounded pool of threads: a flood of logins waits or is refused, and nothing else slows
/// down. Passwords are taken as the UTF-8 they are sent in, without normalization.
public struct PasswordHasher: Sendable {
  /// Longer ones are not passwords but an attempt to keep us busy.
  public static let longestPassword = 1024

  private let pool: BlockingPool
  private let cost: PasswordHash.Cost
  /// Random bytes in the form of a hash: verifying against it costs the same as any other and never succeeds.
  let dummy: String

  /// Defaults: OWASP Password Storage Cheat Sheet, argon2id, second of the equivalent settings.
  /// - Parameters:
  ///   - pool: its waiting limit bounds the logins that may queue.
  ///   - memory: KiB a hash takes while it is computed, at least 8 for each lane of `parallelism`.
  ///   - iterations: passes over the memory, 1 or more.
  ///   - parallelism: lanes, 1 or more; each takes a thread of its own.
  public init(pool: BlockingPool, memory: Int = 19_456, iterations: Int = 2, parallelism: Int = 1) {
    self.pool = pool
    cost = PasswordHash.Cost(memory: memory, iterations: iterations, parallelism: parallelism)
    dummy = PasswordHash.text(cost: cost, salt: RandomBytes.generate(16), hash: RandomBytes.generate(32))
  }

  /// - Returns: the hash with its salt and cost, in the PHC string format.
  /// - Throws: `PasswordError`; `BlockingPool.Full` when too many wait already.
  public func hash(_ password: String) async throws -> String {
    guard password.utf8.count <= Self.longestPassword else { throw PasswordError.tooLong }
    let cost = cost
    return try await pool.run {
      try wiping(password) { password in
        let salt = RandomBytes.generate(16)
        var hash = [UInt8](repeating: 0, count: 32)
        let result = argon2id_hash_raw(
          UInt32(cost.iterations), UInt32(cost.memory), UInt32(cost.parallelism), password.baseAddress, password.count,
          salt, salt.count, &hash, hash.count)
        guard result == ARGON2_OK.rawValue else { throw PasswordError.failed(code: Int(result)) }
        return PasswordHash.text(cost: cost, salt: salt, hash: hash)
      }
    }
  }

  /// Whether `password` is the one `encoded` was made of. Where there is no hash (nobody of that name) or none that can
  /// be read, the same work is done before answering false, so that the time tells nothing about who exists.
  /// - Throws: `PasswordError`; `BlockingPool.Full` when too many wait already.
  public func verify(_ password: String, against encoded: String?) async throws -> Bool {
    let isAcceptable = password.utf8.count <= Self.longestPassword
    let readable = encoded.flatMap { PasswordHash.cost(of: $0) == nil ? nil : $0 }
    let dummy = dummy
    return try await pool.run {
      try wiping(isAcceptable ? password : "") { password in
        guard isAcceptable, let readable else {
          _ = try Self.matches(password, dummy)
          return false
        }
        return try Self.matches(password, readable)
      }
    }
  }

  /// Whether `encoded` was made at another cost than is asked for now: hash the password anew when it was verified.
  public func needsRehash(_ encoded: String) -> Bool { PasswordHash.cost(of: encoded) != cost }

  private static func matches(_ password: UnsafeRawBufferPointer, _ encoded: String) throws(PasswordError) -> Bool {
    let result = argon2id_verify(encoded, password.baseAddress, password.count)
    switch argon2_error_codes(rawValue: result) {
    case ARGON2_OK: return true
    case ARGON2_VERIFY_MISMATCH: return false
    default: throw .failed(code: Int(result))
    }
  }
}

public enum PasswordError: Error, Equatable, CustomStringConvertible {
  case tooLong
  /// libargon2's code; a lack of memory, as a rule.
  case failed(code: Int)

  public var description: String {
    switch self {
    case .tooLong: "the password is too long"
    case .failed: "the password could not be checked"
    }
  }
}

/// Lends `password` as bytes that are overwritten afterwards. The caller's String is out of our reach.
private func wiping<Value>(_ password: String, _ body: (UnsafeRawBufferPointer) throws -> Value) rethrows -> Value {
  var bytes = Array(password.utf8)
  return try bytes.withUnsafeMutableBytes { bytes in
    defer { OPENSSL_cleanse(bytes.baseAddress, bytes.count) }
    return try body(UnsafeRawBufferPointer(bytes))
  }
}
