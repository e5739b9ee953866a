import Glibc

/// An IPv4 or IPv6 address as 128 bits; IPv4 as its mapped form ::ffff:a.b.c.d.
struct IPAddress: Hashable, Sendable, CustomStringConvertible {
  let high: UInt64
  let low: UInt64

  private static let mapped: UInt64 = 0xFFFF_0000_0000

  init(high: UInt64, low: UInt64) { (self.high, self.low) = (high, low) }

  var isIPv4: Bool { high == 0 && low >> 32 == 0xFFFF }

  init?(_ text: some StringProtocol) {
    var four = in_addr()
    var six = in6_addr()
    let text = String(text)
    if inet_pton(AF_INET, text, &four) == 1 {
      self.init(four)
    } else if inet_pton(AF_INET6, text, &six) == 1 {
      self.init(six)
    } else {
      return nil
    }
  }

  init?(_ address: UnsafePointer<sockaddr>) {
    switch Int32(address.pointee.sa_family) {
    case AF_INET:
      self.init(UnsafeRawPointer(address).loadUnaligned(as: sockaddr_in.self).sin_addr)
    case AF_INET6:
      self.init(UnsafeRawPointer(address).loadUnaligned(as: sockaddr_in6.self).sin6_addr)
    default: return nil
    }
  }

  private init(_ address: in_addr) {
    self.init(high: 0, low: Self.mapped | UInt64(UInt32(bigEndian: address.s_addr)))
  }

  private init(_ address: in6_addr) {
    (high, low) = withUnsafeBytes(of: address) { bytes in
      (
        UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
        UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
      )
    }
  }

  var description: String {
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    if isIPv4 {
      var address = in_addr(s_addr: UInt32(truncatingIfNeeded: low).bigEndian)
      inet_ntop(AF_INET, &address, &text, socklen_t(text.count))
    } else {
      var halves = (high.bigEndian, low.bigEndian)
      inet_ntop(AF_INET6, &halves, &text, socklen_t(text.count))
    }
    return text.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
  }

  /// Calls `body` with the address as the system takes it.
  func withSocketAddress<Result>(port: Int, _ body: (UnsafePointer<sockaddr>) -> Result) -> Result {
    if isIPv4 {
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = in_port_t(truncatingIfNeeded: port).bigEndian
      address.sin_addr.s_addr = UInt32(truncatingIfNeeded: low).bigEndian
      return withUnsafeBytes(of: &address) { body($0.assumingMemoryBound(to: sockaddr.self).baseAddress!) }
    }
    var address = sockaddr_in6()
    address.sin6_family = sa_family_t(AF_INET6)
    address.sin6_port = in_port_t(truncatingIfNeeded: port).bigEndian
    withUnsafeMutableBytes(of: &address.sin6_addr) { bytes in
      bytes.storeBytes(of: high.bigEndian, as: UInt64.self)
      bytes.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
    }
    return withUnsafeBytes(of: &address) { body($0.assumingMemoryBound(to: sockaddr.self).baseAddress!) }
  }

  /// What connections are counted by: whoever has one IPv6 address has the /64 around it.
  var client: IPAddress { isIPv4 ? self : IPAddress(high: high, low: 0) }
}

/// A network in CIDR notation, or a single address.
struct IPNetwork: Sendable {
  private let address: IPAddress
  private let high: UInt64
  private let low: UInt64

  init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count <= 2, let address = IPAddress(parts[0]) else { return nil }
    let base = address.isIPv4 ? 96 : 0
    var bits = 128
    if parts.count == 2 {
      guard let prefix = Int(parts[1]), (0...128 - base).contains(prefix) else { return nil }
      bits = base + prefix
    }
    // Swift's smart shift gives 0 for a shift by the whole width.
    high = ~UInt64(0) << UInt64(64 - min(bits, 64))
    low = ~UInt64(0) << UInt64(64 - max(bits - 64, 0))
    self.address = address
  }

  func contains(_ other: IPAddress) -> Bool {
    other.high & high == address.high & high && other.low & low == address.low & low
  }
}
