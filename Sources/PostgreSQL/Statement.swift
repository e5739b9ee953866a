/// A `SQL` ready for the wire, made on the caller's thread so that the loop's thread only copies bytes.
final class Statement: Sendable {
  /// What a prepared statement is known by: its text and the types of its binds.
  struct Key: Hashable, Sendable {
    let text: String
    let types: [UInt32]
    private let hash: Int

    init(text: String, types: [UInt32]) {
      self.text = text
      self.types = types
      var hasher = Hasher()
      hasher.combine(text)
      hash = hasher.finalize()
    }

    func hash(into hasher: inout Hasher) { hasher.combine(hash) }
  }

  /// The protocol counts binds in 16 bits, and the server holds no value of 1 GB.
  private static let maximumBinds = 65_535
  private static let maximumBytes = 1_000_000_000

  let key: Key
  /// All values, one behind the other.
  let buffer: [UInt8]
  /// Where in `buffer` each value starts; -1 for NULL.
  let offsets: [Int]
  let lengths: [Int32]
  /// 0 for text, 1 for binary, as libpq wants it.
  let formats: [Int32]

  var text: String { key.text }

  /// - Throws: `.invalidText` for a NUL in text, `.invalidValue` for what the server cannot hold.
  init(_ sql: SQL) throws(DatabaseError) {
    let text = sql.text
    guard !text.holdsNUL else { throw DatabaseError(.invalidText, "a statement holds a NUL") }
    let binds = sql.binds
    guard binds.count <= Self.maximumBinds else { throw DatabaseError(.invalidValue, "more than 65,535 binds") }
    var buffer: [UInt8] = []
    var offsets: [Int] = []
    var lengths: [Int32] = []
    offsets.reserveCapacity(binds.count)
    lengths.reserveCapacity(binds.count)
    for bind in binds {
      let start = buffer.count
      try bind.encode(into: &buffer)
      if case .null = bind.value { offsets.append(-1) } else { offsets.append(start) }
      lengths.append(Int32(clamping: buffer.count - start))
      guard buffer.count <= Self.maximumBytes else { throw DatabaseError(.invalidValue, "values of over 1 GB") }
    }
    key = Key(text: text, types: binds.map(\.typeID))
    self.buffer = buffer
    self.offsets = offsets
    self.lengths = lengths
    formats = binds.map { $0.isText ? 0 : 1 }
  }
}
