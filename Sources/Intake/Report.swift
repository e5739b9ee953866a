/// What the warm parent tells the scanner.
package enum Report: Equatable, Sendable {
  /// The engine is loaded, and a child in the sandbox found the canary.
  /// - Parameters:
  ///   - signatures: how many.
  ///   - newest: when the newest official database was built, seconds since 1970, or 0 where there is none.
  ///   - sandbox: the layers that hold, for the log.
  case ready(signatures: Int, newest: Int, sandbox: String)
  /// There is no (official) database in the folder. The program ends.
  case missing
  /// No file can be inspected. The program ends.
  case failed(reason: String)
  /// The signature folder is not what was loaded.
  case changed
  /// The end of a file's child.
  case finished(job: Int, Outcome)

  package var encoded: [UInt8] {
    var bytes = WireWriter()
    switch self {
    case .ready(let signatures, let newest, let sandbox):
      bytes.write(byte: 0)
      bytes.write(signatures)
      bytes.write(newest)
      bytes.write(sandbox)
    case .missing: bytes.write(byte: 1)
    case .failed(let reason):
      bytes.write(byte: 2)
      bytes.write(reason)
    case .changed: bytes.write(byte: 3)
    case .finished(let job, let outcome):
      bytes.write(byte: 4)
      bytes.write(job)
      return bytes.bytes + outcome.encoded
    }
    return bytes.bytes
  }

  package init?(encoded: [UInt8]) {
    var bytes = WireReader(encoded)
    switch bytes.byte() {
    case 0:
      guard let signatures = bytes.integer(), let newest = bytes.integer(), let sandbox = bytes.text() else {
        return nil
      }
      self = .ready(signatures: signatures, newest: newest, sandbox: sandbox)
    case 1: self = .missing
    case 2:
      guard let reason = bytes.text() else { return nil }
      self = .failed(reason: reason)
    case 3: self = .changed
    case 4:
      guard let job = bytes.integer(), let outcome = Outcome(from: &bytes) else { return nil }
      self = .finished(job: job, outcome)
    default: return nil
    }
    guard bytes.isAtEnd else { return nil }
  }
}

/// What the scanner asks of the warm parent: the number of a job, with three descriptors beside it.
package struct Inspection: Equatable, Sendable {
  package let job: Int
  /// Of an image, what is painted black.
  package let regions: [Region]
  /// The longest edge that an image may keep, where it is to become smaller than others.
  package let edge: Int?

  package init(job: Int, regions: [Region] = [], edge: Int? = nil) {
    (self.job, self.regions, self.edge) = (job, regions, edge)
  }

  package var encoded: [UInt8] {
    var bytes = WireWriter()
    bytes.write(job)
    bytes.write(edge ?? 0)
    bytes.write(byte: UInt8(regions.count))
    for region in regions {
      for number in [region.x, region.y, region.width, region.height] { bytes.write(number) }
    }
    return bytes.bytes
  }

  package init?(encoded: [UInt8]) {
    var bytes = WireReader(encoded)
    guard let job = bytes.integer(), let edge = bytes.integer(), edge <= Region.edge, let count = bytes.byte(),
      count <= Region.limit
    else { return nil }
    var regions: [Region] = []
    for _ in 0..<count {
      guard let x = bytes.integer(), let y = bytes.integer(), let width = bytes.integer(), let height = bytes.integer(),
        let region = Region(x: x, y: y, width: width, height: height)
      else { return nil }
      regions.append(region)
    }
    guard bytes.isAtEnd else { return nil }
    (self.job, self.regions, self.edge) = (job, regions, edge == 0 ? nil : edge)
  }
}
