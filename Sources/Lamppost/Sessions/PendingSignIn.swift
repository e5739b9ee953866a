import Credentials
import FoundationEssentials
import Redis

/// Somebody whose password was right and whose code is still to come: kept for a few minutes, under a token that opens
/// nothing by itself.
extension SessionStore {
  /// Seconds: enough to find the telephone.
  private static let patience = 300

  struct Pending: Sendable {
    let personID: Int
    let epoch: Int
  }

  private func pendingKey(_ token: SessionToken, _ tenant: Tenant) -> String {
    "sign-in:\(tenant.id):\(token.lookupKey.hex)"
  }

  func createPending(personID: Int, epoch: Int, tenant: Tenant) async throws -> SessionToken {
    let token = SessionToken.generate()
    _ = try await redis.command("SET", pendingKey(token, tenant), "\(personID) \(epoch)", "EX", Self.patience)
    return token
  }

  /// - Returns: nil where it took too long.
  func pending(_ text: String, tenant: Tenant) async throws -> (token: SessionToken, pending: Pending)? {
    guard let token = SessionToken(text: text) else { return nil }
    let stored = try await redis.command("GET", pendingKey(token, tenant)).string ?? ""
    let parts = stored.split(separator: " ").compactMap { Int($0) }
    return parts.count == 2 ? (token, Pending(personID: parts[0], epoch: parts[1])) : nil
  }

  func endPending(_ token: SessionToken, tenant: Tenant) async throws {
    _ = try await redis.command("DEL", pendingKey(token, tenant))
  }
}
