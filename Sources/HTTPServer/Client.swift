/// Who sent a request, as far as proxies can be believed.
struct Client {
  let text: String
  let scheme: String
  /// The address the request counts for; nil when the connection is counted itself.
  let counted: IPAddress?

  init(peer: IPAddress, peerText: String, _ headers: Headers, proxies: [IPNetwork]) {
    guard !proxies.isEmpty, proxies.contains(where: { $0.contains(peer) }) else {
      (text, scheme, counted) = (peerText, "http", nil)
      return
    }
    let entries = headers.values("X-Forwarded-For").flatMap {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    var client = peer
    // From the right: each proxy adds whom it saw. What stands left of the first stranger is the stranger's invention.
    for entry in entries.reversed() {
      guard let address = IPAddress(entry.trimmingSpaces) else { break }
      client = address
      if !proxies.contains(where: { $0.contains(address) }) { break }
    }
    text = client == peer ? peerText : client.description
    scheme = headers["X-Forwarded-Proto"].map { isSame($0, "https") } ?? false ? "https" : "http"
    counted = client
  }
}
