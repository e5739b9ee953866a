/// What people and staff write, put together so that no two reports read alike.
struct DemoTexts {
  private static let near = [
    "near {number} {street}", "at the corner of {street} and {other}", "in front of {number} {street}",
    "by the bus stop on {street}", "across from the school on {street}", "behind the library on {street}",
    "by the footbridge at {street}",
  ]
  private static let since = [
    "since Monday", "for about two weeks", "since the storm", "for months now", "since the weekend",
    "since the roadworks ended", "for a few days",
  ]
  private static let when = [
    "last Friday", "on Monday morning", "yesterday evening", "during the storm", "at the weekend", "the other day",
  ]
  private static let openings = [
    "", "", "", "Hello! ", "Good morning. ", "I walk past here every day. ", "Reporting this for my street. ",
    "I called about this before. ",
  ]
  private static let closings = [
    "", "", " Thank you!", " Thanks for looking into it.", " Please let me know when it is done.",
    " I can send more pictures.", " The house number is {number}.", " Best seen coming from {other}.",
    " It is on the side towards {other}.", " The owner of {number} {street} knows about it.",
    " Several people on {street} have noticed.", " {other} has the same trouble, by the way.",
  ]
  private static let internals = [
    "Same spot as last spring, the base is gone. Needs more than a patch.",
    "Called the reporter, no answer. Try again after five.",
    "Combine with the other one on {street}.", "Truck 4 is in the shop until Thursday.",
    "Not ours alone: asked the utility to mark out.",
    "Checked from the car, looks worse than in the report.", "Parts ordered.",
    "Please send two people, it is on the hill.",
    "Neighbour at {number} has a key to the gate.", "Budget line is the contractor's this time.",
    "@Morgan Hale is overtime possible for this one?", "@Alex Turner please tell the reporter that we were there.",
  ]
  private static let updates = [
    "We have seen it and put it on this week's list.", "A crew will come by {street} in the coming days.",
    "We are waiting for a part; sorry that it takes longer.", "The contractor has the order now.",
    "Thank you, this helps us find it.", "We secured the place until it can be repaired.",
  ]
  private static let messages = [
    "Can you tell us whether it is on the left or the right side?", "Is it still the case today?",
    "May we call you about this?",
  ]
  static let holdReasons = [
    "Waiting for a part.", "Waiting for dry weather.", "Waiting for the utility to mark its lines.",
    "Waiting for the contractor.",
  ]
  static let rejections = [
    "This road belongs to the state; we have passed it on.", "We could not find it at this place.",
    "This is private property, which we may not work on.",
  ]

  let street: String
  let other: String
  let number: Int

  func title(_ category: DemoCategory, using random: inout SeededGenerator) -> String {
    fill(random.pick(category.titles), using: &random)
  }

  func story(_ category: DemoCategory, using random: inout SeededGenerator) -> String {
    var text = fill(random.pick(Self.openings) + random.pick(category.stories), using: &random)
    if random.chance(0.4), case let more = fill(random.pick(category.stories), using: &random), !text.contains(more) {
      text += " " + more
    }
    return text + fill(random.pick(Self.closings), using: &random)
  }

  func internalComment(using random: inout SeededGenerator) -> String {
    fill(random.pick(Self.internals), using: &random)
  }

  func update(using random: inout SeededGenerator) -> String { fill(random.pick(Self.updates), using: &random) }

  func message(using random: inout SeededGenerator) -> String { random.pick(Self.messages) }

  private func fill(_ template: String, using random: inout SeededGenerator) -> String {
    guard template.contains("{") else { return template }
    var text = template
    for (mark, words) in [("{near}", Self.near), ("{since}", Self.since), ("{when}", Self.when)] {
      if text.contains(mark) { text.replace(mark, with: random.pick(words)) }
    }
    // Last, since the words above hold these.
    for (mark, word) in [("{street}", street), ("{other}", other), ("{number}", String(number))] {
      text.replace(mark, with: word)
    }
    return text
  }
}
