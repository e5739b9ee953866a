import FoundationEssentials
import Synchronization

/// A time zone with its whole history, from the system's own database (tzdata), which PostgreSQL reads too.
///
/// Foundation's TimeZone knows names only where its library for languages, 35 MB of it, is linked; without it every name
/// but GMT's is silently unknown.
public struct Zone: Sendable, Equatable {
  /// IANA name, e.g. `America/New_York`.
  public let identifier: String
  /// Seconds since 1970 at which the offset changes, rising.
  private let transitions: [Int]
  /// Offset from each transition on, in seconds east of Greenwich.
  private let offsets: [Int]
  /// Before the first transition.
  private let initial: Int
  /// What holds after the last transition.
  private let rule: ZoneRule?

  public static let gmt = Zone(identifier: "GMT", transitions: [], offsets: [], initial: 0, rule: nil)

  init(identifier: String, transitions: [Int], offsets: [Int], initial: Int, rule: ZoneRule?) {
    (self.identifier, self.transitions, self.offsets) = (identifier, transitions, offsets)
    (self.initial, self.rule) = (initial, rule)
  }

  public static let folder = "/usr/share/zoneinfo"

  /// - Returns: nil where the system knows no such zone.
  public init?(identifier: String, folder: String = Self.folder) {
    if ["GMT", "UTC", "Etc/UTC", "Etc/GMT"].contains(identifier) {
      self.init(identifier: identifier, transitions: [], offsets: [], initial: 0, rule: nil)
      return
    }
    // A name leads to no file outside of the folder; `right/` and `posix/` are the database's other editions.
    let parts = identifier.split(separator: "/", omittingEmptySubsequences: false)
    let isName = parts.allSatisfy { part in
      !part.isEmpty && part.utf8.allSatisfy { $0 == 0x5F || $0 == 0x2B || $0 == 0x2D || Self.isAlphanumeric($0) }
    }
    guard isName, parts.count <= 3, identifier.utf8.count <= 64, parts[0] != "right", parts[0] != "posix",
      let data = try? Data(contentsOf: URL(filePath: folder + "/" + identifier)), data.count < 1 << 20
    else { return nil }
    self.init(identifier: identifier, parsing: [UInt8](data))
  }

  /// The same, read once in the life of the process.
  public static func named(_ identifier: String) -> Zone? {
    if let zone = known.withLock({ $0[identifier] }) { return zone }
    guard let zone = Zone(identifier: identifier) else { return nil }
    known.withLock { $0[identifier] = zone }
    return zone
  }

  /// By identifier. There are some six hundred, of a few kilobytes each.
  private static let known = Mutex<[String: Zone]>([:])

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF)
  }

  /// Seconds east of Greenwich at an instant, given in seconds since 1970.
  public func offset(at instant: Int) -> Int {
    guard let last = transitions.last else { return rule?.offset(at: instant) ?? initial }
    if instant >= last { return rule?.offset(at: instant) ?? offsets[offsets.count - 1] }
    var (low, high) = (0, transitions.count)
    while low < high {
      let middle = (low + high) / 2
      if transitions[middle] <= instant { low = middle + 1 } else { high = middle }
    }
    return low == 0 ? initial : offsets[low - 1]
  }

  public func secondsFromGMT(for date: Date) -> Int {
    offset(at: Int(max(-1e11, min(1e11, date.timeIntervalSince1970.rounded(.down)))))
  }

  /// The first instant at which the wall clock shows `reading` or later: of an hour that exists twice its first
  /// appearance, and for one that is left out the moment at which the clocks go forward. So the map is monotone, and two
  /// spans that meet on the wall clock meet in time.
  /// - Parameter reading: the wall clock's date and time, as if it were in GMT, in seconds since 1970.
  public func instant(ofWallClock reading: Int) -> Int {
    let day = 86_400
    let (before, after) = (offset(at: reading - day), offset(at: reading + day))
    let early = reading - before
    if offset(at: early) == before { return early }
    let late = reading - after
    if offset(at: late) == after { return late }
    var (low, high) = (min(early, late), max(early, late))
    while high - low > 1 {
      let middle = low + (high - low) / 2
      if offset(at: middle) == before { low = middle } else { high = middle }
    }
    return high
  }

  public static func == (left: Zone, right: Zone) -> Bool { left.identifier == right.identifier }
}
