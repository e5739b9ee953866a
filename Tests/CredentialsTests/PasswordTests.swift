import EventLoop
import Testing

@testable import Credentials

struct PasswordTests {
  private let pool = BlockingPool(name: "passwords", threads: 2, waitingLimit: 64)
  /// Small, so that the tests are quick; the defaults have a test of their own.
  private var hasher: PasswordHasher { PasswordHasher(pool: pool, memory: 64, iterations: 1) }

  @Test("a password opens what it locked, and nothing else does")
  func roundTrip() async throws {
    for password in ["correct horse", "", "pässwörd🏮", "nul\u{0}inside", String(repeating: "x", count: 1024)] {
      let encoded = try await hasher.hash(password)
      #expect(try await hasher.verify(password, against: encoded))
      #expect(try await !hasher.verify(password + "x", against: encoded))
      #expect(try await hasher.hash(password) != encoded)
    }
    #expect(try await !hasher.verify("nul", against: hasher.hash("nul\u{0}inside")))
  }

  @Test(
    "hashes of the reference implementation are understood",
    arguments: [
      "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
      "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
    ])
  func reference(encoded: String) async throws {
    #expect(try await hasher.verify("password", against: encoded))
    #expect(try await !hasher.verify("differentpassword", against: encoded))
    #expect(hasher.needsRehash(encoded))
  }

  @Test("the default cost is OWASP's, and hashes made at it need no rehash")
  func defaults() async throws {
    let hasher = PasswordHasher(pool: pool)
    let encoded = try await hasher.hash("secret")
    #expect(encoded.hasPrefix("$argon2id$v=19$m=19456,t=2,p=1$"))
    #expect(!hasher.needsRehash(encoded))
    #expect(self.hasher.needsRehash(encoded))
  }

  static let unreadable = [
    nil, "", "secret", "$argon2id$", "$argon2i$v=19$m=64,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8",
    "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$short",
    "$argon2id$v=16$m=64,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7c",
    "$argon2id$v=19$m=999999999,t=1,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
    "$argon2id$v=19$m=64,t=999999,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
    "$argon2id$v=19$m=+64,t=1,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
    "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4\u{0}",
  ]

  @Test(
    "without a hash, or with one that cannot be read, the answer is no and the work is the same", arguments: unreadable)
  func nobody(encoded: String?) async throws {
    #expect(try await !hasher.verify("password", against: encoded))
    // The work goes through the pool: one that takes nothing refuses it.
    let closed = PasswordHasher(pool: BlockingPool(name: "closed", threads: 1, waitingLimit: 0))
    await #expect(throws: BlockingPool.Full.self) { try await closed.verify("password", against: encoded) }
  }

  @Test("what stands in for a missing hash costs what a real one costs, and nothing opens it")
  func dummy() async throws {
    #expect(!hasher.needsRehash(hasher.dummy))
    #expect(PasswordHasher(pool: pool).dummy.hasPrefix("$argon2id$v=19$m=19456,t=2,p=1$"))
    // Readable to libargon2 too: a mismatch, not an error.
    #expect(try await !hasher.verify("password", against: hasher.dummy))
  }

  @Test("a password too long to be one is refused, at the usual cost where it is verified")
  func tooLong() async throws {
    let long = String(repeating: "x", count: 1025)
    let encoded = try await hasher.hash("")
    await #expect(throws: PasswordError.tooLong) { try await hasher.hash(long) }
    #expect(try await !hasher.verify(long, against: encoded))
  }

  @Test("impossible costs are an error, not a crash")
  func impossible() async {
    let hasher = PasswordHasher(pool: pool, memory: 1, iterations: 1)
    await #expect(throws: PasswordError.self) { try await hasher.hash("secret") }
  }
}
