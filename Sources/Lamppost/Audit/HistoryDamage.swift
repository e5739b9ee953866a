/// Something that somebody did to the history or the audit log beside the application.
struct HistoryDamage: Sendable, Equatable, CustomStringConvertible {
  enum Kind: String, CaseIterable, Sendable {
    /// Contents do not fit their digest.
    case contentsChanged
    /// The digest fits; time, number or the digest itself do not fit the hash.
    case frameChanged
    /// Rows that stood between others, or before them, are gone.
    case missing
    /// The rows at the end are gone: a seal knows of them.
    case cutOff
    /// A row stands where another stood.
    case moved
    /// Everything fits, because the hash was made anew: the row behind it or a seal knows another one.
    case rewritten
    /// Nothing is left of a request's history.
    case chainRemoved
    /// A row that no seal and no note for the next one knows: put in later, or its seal was removed.
    case notSealed
    case erasedWithoutRecord
    /// What was left when it was erased is not what stands there.
    case changedAfterErasure
    case sealRemoved
    case sealChanged
  }

  enum Place: Sendable, Equatable {
    /// Rows of a request's history, by their sequence numbers.
    /// - reference: nil where the request itself is gone.
    case request(id: Int, reference: String?, rows: ClosedRange<Int>?)
    /// Rows of the audit log, by their numbers.
    case audit(ClosedRange<Int>)
    case seal(ClosedRange<Int>)
  }

  let place: Place
  let kind: Kind

  /// For the operator, e.g. `request 7Q4K-2M9P (number 12), row 3: its text was changed`.
  var description: String {
    switch place {
    case .request(let id, let reference, let rows):
      let name = reference.map { "request \($0) (number \(id))" } ?? "request number \(id)"
      return "\(name)\(rows.map { ", " + Self.words($0, "row") } ?? ""): \(words)"
    case .audit(let rows): return "audit log, \(Self.words(rows, "row")): \(words)"
    case .seal(let numbers): return "\(Self.words(numbers, "seal")): \(words)"
    }
  }

  private static func words(_ range: ClosedRange<Int>, _ noun: String) -> String {
    range.count == 1 ? "\(noun) \(range.lowerBound)" : "\(noun)s \(range.lowerBound) to \(range.upperBound)"
  }

  private var words: String {
    switch kind {
    case .contentsChanged: "its contents were changed"
    case .frameChanged: "its time, number or digest was changed"
    case .missing: "removed from the middle"
    case .cutOff: "cut off at the end; a seal holds them"
    case .moved: "stands in another's place"
    case .rewritten: "rewritten with a hash made anew; the row behind it or a seal holds another one"
    case .chainRemoved: "the whole history was removed"
    case .notSealed: "in no seal: put in later, or its seal was removed"
    case .erasedWithoutRecord: "emptied without a record of an erasure"
    case .changedAfterErasure: "changed after it was erased"
    case .sealRemoved: "removed"
    case .sealChanged: "changed, or the seal before it was"
    }
  }
}
