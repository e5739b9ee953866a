import Civic
import FoundationEssentials
import JSON

/// A year of reports, always the same but for the days they fall on.
enum DemoRequests {
  static let count = 2000
  private static let day = 86_400.0

  /// - Parameter now: the end of the year.
  static func make(now: Date) -> [DemoRequest] {
    var random = SeededGenerator(seed: 311)
    return (0..<count).map { index in
      // Over the whole year, and more of late: a township whose people begin to use it.
      let share = Double(index) / Double(count)
      let age = 365 * (1 - share) * (1 - 0.6 * share)
      return make(createdAt: moment(now - age * day, now, &random), now: now, using: &random)
    }
  }

  private static func make(
    createdAt: Date, now: Date, using random: inout SeededGenerator
  ) -> DemoRequest {
    let category = category(in: month(of: createdAt), &random)
    let street = random.pick(DemoStreet.all)
    let house = street.house(using: &random)
    let texts = DemoTexts(street: street.name, other: random.pick(DemoStreet.all).name, number: house.number)
    let isKnown = !random.chance(0.04)
    let isAnonymous = random.chance(0.3)
    let reporter = !isAnonymous && random.chance(0.5) ? citizen(&random) : nil
    var request = DemoRequest(
      category: category, reference: Reference(bits: random.next()), title: texts.title(category, using: &random),
      description: texts.story(category, using: &random),
      priority: random.chance(0.15) ? random.pick(Priority.allCases) : category.priority,
      location: isKnown ? house.place : nil, address: isKnown ? "\(house.number) \(street.name)" : nil,
      attributes: answers(category, &random), reporter: reporter, isAnonymous: isAnonymous,
      contact: reporter == nil && !isAnonymous ? contact(&random) : nil, createdAt: createdAt, updatedAt: createdAt)
    request.live(until: now, texts: texts, using: &random)
    return request
  }

  /// By day rather than by night, as people report; five hours lie between Lampworth and UTC in winter.
  private static func moment(_ day: Date, _ now: Date, _ random: inout SeededGenerator) -> Date {
    let midnight = (day.timeIntervalSince1970 / Self.day).rounded(.down) * Self.day
    let hour = [7, 8, 8, 9, 9, 10, 11, 12, 13, 15, 16, 17, 17, 18, 19, 20, 22][Int.random(in: 0..<17, using: &random)]
    let second = Double.random(in: 0..<3600, using: &random)
    let moment = Date(timeIntervalSince1970: midnight + Double(hour + 5) * 3600 + second)
    return min(moment, now - second)
  }

  /// Days of a year are enough to tell the seasons by.
  private static func month(of date: Date) -> Int {
    let text = RFC3339.format(date)
    return Int(text.dropFirst(5).prefix(2)) ?? 1
  }

  private static func category(in month: Int, _ random: inout SeededGenerator) -> DemoCategory {
    let possible = DemoCategory.all.filter { $0.months.contains(month) }
    var ticket = Int.random(in: 0..<possible.reduce(0) { $0 + $1.weight }, using: &random)
    return possible.first { category in
      ticket -= category.weight
      return ticket < 0
    } ?? possible[0]
  }

  private static func citizen(_ random: inout SeededGenerator) -> Int {
    random.pick(DemoTownship.people.indices.filter { DemoTownship.people[$0].2 == .citizen })
  }

  private static func contact(_ random: inout SeededGenerator) -> NewRequest.Contact {
    let first = random.pick(["Ada", "Ben", "Carla", "Dana", "Elias", "Fay", "Gil", "Hana", "Ivo", "Jo", "Kira", "Liam"])
    let last = random.pick(["Archer", "Boyd", "Costa", "Dunn", "Ellis", "Frost", "Gray", "Hunt", "Ito", "Jansen"])
    // Names and numbers that are set aside for examples (RFC 2606, the 555-01xx numbers).
    let email = random.chance(0.7) ? "\(first).\(last)@example.org".lowercased() : nil
    let phone = email == nil || random.chance(0.4) ? "413-555-01\(Int.random(in: 10...99, using: &random))" : nil
    return NewRequest.Contact(name: "\(first) \(last)", email: email, phone: phone)
  }

  private static func answers(_ category: DemoCategory, _ random: inout SeededGenerator) -> String {
    var members: [JSONObject.Member] = []
    for question in (try? AttributeDefinition.parse(category.questions)) ?? [] {
      guard question.isRequired || random.chance(0.6) else { continue }
      let answer: JSONValue =
        switch question.kind {
        case .text: .string("\(random.pick(["A", "K", "L"]))-\(Int.random(in: 100...999, using: &random))")
        case .number(let least, let most):
          .integer(Int.random(in: Int(least ?? 0)...min(Int(most ?? 10), 12), using: &random))
        case .boolean: .bool(random.chance(0.3))
        case .choice(let options), .choices(let options): .string(random.pick(options))
        }
      members.append(.init(key: question.key, value: answer))
    }
    var json = JSONWriter(capacity: 64)
    json.value(JSONValue.object(JSONObject(members: members)))
    return String(decoding: json.bytes, as: UTF8.self)
  }
}
