/// The format of the system's files: RFC 8536, "The Time Zone Information Format (TZif)".
extension Zone {
  /// - Returns: nil for what is no such file, or none of version 2 and above.
  init?(identifier: String, parsing bytes: [UInt8]) {
    var reader = ZoneReader(bytes: bytes)
    // The first block has 32-bit times and is there for old programs alone.
    guard let old = reader.header(), reader.skip(old.length(timeSize: 4)), let counts = reader.header(),
      reader.remaining >= counts.length(timeSize: 8), counts.types > 0
    else { return nil }
    let times = (0..<counts.times).map { _ in reader.integer(bytes: 8) }
    let indices = (0..<counts.times).map { _ in Int(reader.byte()) }
    var types: [Int] = []
    for _ in 0..<counts.types {
      types.append(reader.integer(bytes: 4))
      // Whether it is summer time, and its name: nobody asks.
      _ = reader.skip(2)
    }
    guard indices.allSatisfy({ $0 < types.count }), zip(times, times.dropFirst()).allSatisfy(<),
      reader.skip(counts.characters + counts.leaps * 12 + counts.standards + counts.universals)
    else { return nil }
    let footer = reader.rest.split(separator: 0x0A).first.map { String(decoding: $0, as: UTF8.self) }
    self.init(
      identifier: identifier, transitions: times, offsets: indices.map { types[$0] }, initial: types[0],
      rule: footer.flatMap(ZoneRule.init))
  }
}

private struct ZoneReader {
  let bytes: [UInt8]
  var position = 0

  /// Numbers of entries of a block.
  struct Counts {
    let universals: Int
    let standards: Int
    let leaps: Int
    let times: Int
    let types: Int
    let characters: Int

    func length(timeSize: Int) -> Int {
      times * (timeSize + 1) + types * 6 + characters + leaps * (timeSize + 4) + standards + universals
    }
  }

  init(bytes: [UInt8]) { self.bytes = bytes }

  var remaining: Int { bytes.count - position }
  var rest: ArraySlice<UInt8> { bytes[position...] }

  mutating func skip(_ count: Int) -> Bool {
    guard count <= remaining else { return false }
    position += count
    return true
  }

  /// `TZif`, a version of 2 or more, fifteen bytes for later, six counts.
  mutating func header() -> Counts? {
    guard remaining >= 44, bytes[position..<position + 4].elementsEqual("TZif".utf8), bytes[position + 4] >= 0x32 else {
      return nil
    }
    position += 20
    return Counts(
      universals: integer(bytes: 4), standards: integer(bytes: 4), leaps: integer(bytes: 4), times: integer(bytes: 4),
      types: integer(bytes: 4), characters: integer(bytes: 4)
    ).checked
  }

  mutating func byte() -> UInt8 {
    defer { position += 1 }
    return bytes[position]
  }

  /// Big endian, signed.
  mutating func integer(bytes count: Int) -> Int {
    var value: UInt64 = 0
    for _ in 0..<count { value = value << 8 | UInt64(byte()) }
    return count == 4 ? Int(Int32(bitPattern: UInt32(value))) : Int(Int64(bitPattern: value))
  }
}

extension ZoneReader.Counts {
  fileprivate var checked: Self? {
    [universals, standards, leaps, times, types, characters].allSatisfy { (0...100_000).contains($0) } ? self : nil
  }
}
