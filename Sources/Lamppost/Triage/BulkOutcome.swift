import Civic
import JSON

/// What a bulk call did, or would do.
struct BulkOutcome: Sendable {
  var isDryRun: Bool
  /// Every request that was selected, where nothing was to be done with them.
  var selected: [Reference] = []
  /// With the version that each has now; in a dry run the one it has.
  var changed: [BulkAction.Change] = []
  var unchanged: [Reference] = []
  var refused: [(code: Problem.Code, references: [Reference])] = []
  /// In a dry run all that it looked at, each with the version that was judged.
  var seen: [BulkAction.Change] = []
  /// Whose duplicates they become.
  var survivor: (reference: Reference, title: String)?

  /// How many requests it was about.
  var matched: Int {
    selected.count + changed.count + unchanged.count + refused.reduce(0) { $0 + $1.references.count }
  }

  var everyReference: [Reference] {
    selected + changed.map(\.reference) + unchanged + refused.flatMap(\.references)
  }

  mutating func refuse(_ references: [Reference], _ code: Problem.Code) {
    if references.isEmpty { return }
    if let index = refused.firstIndex(where: { $0.code == code }) {
      refused[index].references += references
    } else {
      refused.append((code, references))
    }
  }

  func write(to json: inout JSONObjectWriter) {
    json.field("dry_run", isDryRun)
    json.field("matched", matched)
    json.array("selected", selected.map(\.description))
    json.object("changed") { Self.write(changed.map(\.reference), to: &$0) }
    json.object("unchanged") { Self.write(unchanged, to: &$0) }
    json.array("refused") { array in
      for group in refused {
        array.object { json in
          json.field("code", group.code.rawValue)
          Self.write(group.references, to: &json)
        }
      }
    }
    json.array("undo") { array in
      for change in isDryRun ? [] : changed { array.object { change.write(to: &$0) } }
    }
    json.array("versions") { array in
      for version in seen { array.object { version.write(to: &$0) } }
    }
    if let survivor {
      json.object("survivor") { json in
        json.field("reference", survivor.reference.description)
        json.field("title", survivor.title)
      }
    } else {
      json.field("survivor", nil as String?)
    }
  }

  private static func write(_ references: [Reference], to json: inout JSONObjectWriter) {
    json.field("count", references.count)
    json.array("references", references.map(\.description))
  }
}

extension BulkAction.Change {
  func write(to json: inout JSONObjectWriter) {
    json.field("reference", reference.description)
    json.field("version", version)
  }
}
