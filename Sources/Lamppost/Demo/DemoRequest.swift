import Civic
import FoundationEssentials

/// One report of Lampworth with everything that happened to it up to now.
struct DemoRequest {
  struct Event {
    let at: Date
    /// A slot of `DemoPeople`; nil for somebody without an account.
    let actor: Int?
    let kind: RequestEvent.Kind
    let visibility: Visibility
    var before: String?
    var after: String?
    var note: String?
  }

  struct Comment {
    let at: Date
    let author: Int?
    let visibility: Visibility
    let body: String
  }

  let category: DemoCategory
  let reference: Reference
  let title: String
  let description: String
  let priority: Priority
  /// nil for unknown.
  let location: Coordinate?
  let address: String?
  let attributes: String
  /// Index among `DemoTownship.people`.
  let reporter: Int?
  let isAnonymous: Bool
  let contact: NewRequest.Contact?
  let createdAt: Date
  var status = Status.submitted
  var updatedAt: Date
  var closedAt: Date?
  /// Index among `DemoTownship.people`.
  var assignee: Int?
  var events: [Event] = []
  var comments: [Comment] = []

  var expectedBy: Date? { category.hours.map { createdAt + Double($0) * 3600 } }

  /// Up to `now`, as a township would have gone about it: what is old has as a rule found its end.
  mutating func live(until now: Date, texts: DemoTexts, using random: inout SeededGenerator) {
    events = [Event(at: createdAt, actor: reporter, kind: .created, visibility: .public, after: status.rawValue)]
    var life = DemoLife(request: self, now: now, texts: texts)
    life.run(using: &random)
    self = life.request
  }
}
