import Credentials
import PostgreSQL

/// Keeps what tells guests apart so that the database alone can compare no two of them: only the application, when two
/// requests are made one, finds out who supported both.
struct GuestSeal: Sendable {
  private let key: Secret

  private static let nonceLength = 16
  private static let digestLength = 32

  init(_ secret: Secret) { key = secret.derive(label: "supporter seal") }

  /// The guest's token under a number that is drawn for this row; nil for somebody with an account.
  func seal(_ supporter: Supporter) -> [UInt8]? {
    guard let token = supporter.token else { return nil }
    let nonce = RandomBytes.generate(Self.nonceLength)
    return nonce + masked(SHA256Digest(hashing: Array(token.utf8)).bytes, nonce)
  }

  /// What two rows of one guest have in common; nil for what was not sealed here.
  func open(_ sealed: [UInt8]) -> [UInt8]? {
    guard sealed.count == Self.nonceLength + Self.digestLength else { return nil }
    return masked(Array(sealed.dropFirst(Self.nonceLength)), Array(sealed.prefix(Self.nonceLength)))
  }

  /// A keyed function of a number that is used once gives a pad that is used once.
  private func masked(_ bytes: [UInt8], _ nonce: [UInt8]) -> [UInt8] {
    zip(bytes, HMACSHA256.authenticate(nonce, key: key)).map { $0 ^ $1 }
  }
}

/// Who among the supporters of two requests is the same guest.
enum MergedGuests {
  /// Makes the duplicate's rows twins of the survivor's, where both are of one guest; both requests are locked.
  static func statements(
    of duplicate: Int, into survivor: Int, _ seal: GuestSeal, in transaction: Transaction
  ) async throws -> [SQL] {
    let rows = try await transaction.query(
      """
      SELECT request_id, coalesce(twin, id), sealed FROM supporters
       WHERE request_id = ANY(\([duplicate, survivor])) AND sealed IS NOT NULL ORDER BY id
      """)
    var known: [[UInt8]: Int] = [:]
    var coming: [(guest: [UInt8], identity: Int)] = []
    for row in rows {
      guard let guest = seal.open(try row.get(2)) else { continue }
      if try row.get(0, as: Int.self) == survivor {
        let identity: Int = try row.get(1)
        known[guest] = known[guest] ?? identity
      } else {
        coming.append((guest, try row.get(1)))
      }
    }
    return coming.compactMap { guest, identity in
      guard let twin = known[guest], twin != identity else { return nil }
      return """
        UPDATE supporters SET twin = \(twin) WHERE request_id = \(duplicate) AND coalesce(twin, id) = \(identity)
        """
    }
  }
}
