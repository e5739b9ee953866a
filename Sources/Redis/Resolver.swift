import EventLoop
import Glibc

/// Finds the numeric addresses of a host, off the event loop, anew for each attempt to connect.
final class Resolver: Sendable {
  private let address: Redis.Configuration.Address
  private let pool: BlockingPool?

  init(_ address: Redis.Configuration.Address) {
    self.address = address
    // One look-up runs, a few wait: while a name server hangs, further attempts fail instead of piling up.
    pool = address.isNumeric ? nil : BlockingPool(name: "redis-resolve", threads: 1, waitingLimit: 8)
  }

  /// nil when a name must be looked up first.
  var knownAddress: Redis.Configuration.Address? { pool == nil ? address : nil }

  /// At least one address.
  func addresses() async throws -> [Redis.Configuration.Address] {
    guard let pool, case .tcp(let host, let port) = address else { return [address] }
    return try await pool.run {
      let found = lookUp(host).map { Redis.Configuration.Address.tcp(host: $0, port: port) }
      guard !found.isEmpty else { throw RedisError(.unavailable, "the host name does not resolve") }
      return found
    }
  }
}

private func lookUp(_ host: String) -> [String] {
  var hints = addrinfo()
  hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
  var first: UnsafeMutablePointer<addrinfo>?
  guard getaddrinfo(host, nil, &hints, &first) == 0 else { return [] }
  defer { freeaddrinfo(first) }
  var addresses: [String] = []
  var next = first
  while let entry = next?.pointee {
    next = entry.ai_next
    var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
    let result = getnameinfo(
      entry.ai_addr, entry.ai_addrlen, &text, socklen_t(text.count), nil, 0, Int32(NI_NUMERICHOST))
    if result == 0 { addresses.append(String(decoding: text.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)) }
  }
  return addresses
}

extension Redis.Configuration.Address {
  fileprivate var isNumeric: Bool {
    guard case .tcp(let host, _) = self else { return true }
    var address = in6_addr()
    return inet_pton(AF_INET, host, &address) == 1 || inet_pton(AF_INET6, host, &address) == 1
  }
}
