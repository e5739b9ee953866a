import Civic
import FoundationEssentials

/// Leads one request through the workflow, step by step, each a while after the one before, until now is reached or the
/// request's end.
struct DemoLife {
  var request: DemoRequest
  let now: Date
  let texts: DemoTexts
  private var time: Date
  private let agent: Int
  private let crew: Int

  init(request: DemoRequest, now: Date, texts: DemoTexts) {
    self.request = request
    self.now = now
    self.texts = texts
    time = request.createdAt
    let people = DemoTownship.people
    agent = people.firstIndex { $0.2 == .agent } ?? 0
    crew =
      people.firstIndex { $0.2 == .crew && $0.3 == request.category.department }
      ?? people.firstIndex { $0.2 == .agent && $0.3 == request.category.department } ?? 0
  }

  mutating func run(using random: inout SeededGenerator) {
    let pace = Double(request.category.hours ?? 240)
    guard pass(0.2...9, &random) else { return }
    if request.reporter != nil, random.chance(0.02) {
      return move(to: .withdrawn, by: request.reporter, kind: .withdrawn)
    }
    move(to: .underReview, by: agent)
    if random.chance(0.05), pass(1...20, &random) {
      return random.chance(0.5)
        ? move(to: .rejected, by: agent, note: random.pick(DemoTexts.rejections)) : move(to: .duplicate, by: agent)
    }
    // A few are forgotten, as everywhere.
    if random.chance(0.05) { return }
    guard pass(0.5...60, &random) else { return }
    assign()
    if random.chance(0.3) { comment(.internal, by: agent, texts.internalComment(using: &random)) }
    if random.chance(0.25), pass(1...24, &random) { comment(.public, by: agent, texts.update(using: &random)) }
    if request.contact != nil || request.reporter != nil, random.chance(0.06) {
      comment(.private, by: agent, texts.message(using: &random))
    }
    guard pass(pace * 0.1...pace * 0.9, &random) else { return }
    if random.chance(0.08) {
      move(to: .onHold, by: crew, note: random.pick(DemoTexts.holdReasons))
      guard pass(48...400, &random) else { return }
    }
    move(to: .inProgress, by: crew)
    if random.chance(0.02) { return }
    if random.chance(0.15) { comment(.internal, by: crew, texts.internalComment(using: &random)) }
    guard pass(pace * 0.02...pace * 0.6, &random) else { return }
    move(to: .completed, by: crew, note: random.pick(request.category.endings))
    guard random.chance(0.8), pass(24...300, &random) else { return }
    move(to: .closed, by: agent)
  }

  /// Lets some hours pass.
  /// - Returns: whether that is still past.
  private mutating func pass(_ hours: ClosedRange<Double>, _ random: inout SeededGenerator) -> Bool {
    let next = time + Double.random(in: hours, using: &random) * 3600
    guard next < now else { return false }
    time = next
    return true
  }

  private mutating func move(
    to status: Status, by actor: Int?, kind: RequestEvent.Kind = .status, note: String? = nil
  ) {
    request.events.append(
      .init(
        at: time, actor: actor, kind: kind, visibility: .public, before: request.status.rawValue,
        after: status.rawValue, note: note))
    request.status = status
    request.updatedAt = time
    if status.isEnded { request.closedAt = request.closedAt ?? time }
  }

  private mutating func assign() {
    request.assignee = crew
    request.events.append(
      .init(
        at: time, actor: agent, kind: .assignment, visibility: .internal, after: DemoTownship.people[crew].1))
    move(to: .assigned, by: agent)
  }

  private mutating func comment(_ visibility: Visibility, by author: Int, _ body: String) {
    request.comments.append(.init(at: time, author: author, visibility: visibility, body: body))
    request.events.append(
      .init(
        at: time, actor: author, kind: visibility == .private ? .message : .comment, visibility: visibility))
    if visibility != .internal { request.updatedAt = time }
  }
}
