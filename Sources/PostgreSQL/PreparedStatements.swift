/// What a connection's server has prepared: by text and types, the least recently used given up beyond a limit.
struct PreparedStatements {
  /// A prepared statement holds some 10 to 50 kB in the server, per connection.
  static let limit = 256

  private struct Entry {
    let name: String
    var lastUse: UInt64
  }

  private var entries: [Statement.Key: Entry] = [:]
  private var uses: UInt64 = 0
  private var names: UInt64 = 0
  /// Names the server still holds but nobody will use.
  private(set) var surplus: [String] = []

  /// The name of `key`, if it is prepared or on its way.
  mutating func name(of key: Statement.Key) -> String? {
    guard let index = entries.index(forKey: key) else { return nil }
    uses += 1
    entries.values[index].lastUse = uses
    return entries.values[index].name
  }

  mutating func add(_ key: Statement.Key) -> String {
    if entries.count >= Self.limit, let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse }) {
      forget(oldest.key)
    }
    uses += 1
    names += 1
    let name = "s\(names)"
    entries[key] = Entry(name: name, lastUse: uses)
    return name
  }

  /// To be called when the server's copy is stale, too.
  mutating func forget(_ key: Statement.Key) {
    if let entry = entries.removeValue(forKey: key) { surplus.append(entry.name) }
  }

  /// The server refused or skipped to prepare it.
  mutating func failed(_ key: Statement.Key, name: String) {
    if entries[key]?.name == name { entries[key] = nil }
  }

  mutating func takeSurplus() -> [String] {
    defer { surplus = [] }
    return surplus
  }
}
