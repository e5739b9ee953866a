import Civic
import FoundationEssentials
import JSON
import PostgreSQL

/// The dashboard's figures as the API gives them; the page reads the same.
struct Statistics: Sendable {
  struct Totals: Sendable {
    let open: Int
    let overdue: Int
    /// Given to no person, whether or not a department has them.
    let unassigned: Int
    let newDay: Int
    let newWeek: Int
    /// In the period.
    let created: Int
    let closed: Int
    /// From report to completion.
    let medianHours: Double?
    /// 0 to 1, of those that had a target date.
    let onTime: Double?
  }

  struct Age: Sendable {
    /// In days; nil for the oldest.
    let under: Int?
    let from: Int
    let count: Int
  }

  struct Place: Sendable {
    let area: String
    let name: String
    let open: Int
    let overdue: Int
    let newWeek: Int
  }

  struct Kind: Sendable {
    let category: String
    let name: String
    let open: Int
    let overdue: Int
    let newWeek: Int
    let medianHours: Double?
    let onTime: Double?
  }

  struct Step: Sendable {
    /// `2026-11-21`, the first day.
    let start: String
    let created: Int
    let closed: Int
  }

  let from: String
  let to: String
  /// `day` or `week`.
  let interval: String
  /// Instants: the period's beginning, and what is no longer of it.
  let start: String
  let end: String
  let totals: Totals
  let ages: [Age]
  let areas: [Place]
  let categories: [Kind]
  let trend: [Step]
  /// The API's answer.
  let bytes: [UInt8]

  /// - Returns: nil for what another version of the program has written.
  init?(_ bytes: [UInt8]) {
    guard let json = try? JSONValue.parse(bytes), let from = json["from"]?.string, let to = json["to"]?.string,
      let interval = json["interval"]?.string, let start = json["start"]?.string, let end = json["end"]?.string,
      let totals = json["totals"]
    else { return nil }
    (self.from, self.to, self.interval, self.bytes) = (from, to, interval, bytes)
    (self.start, self.end) = (start, end)
    self.totals = Totals(
      open: totals.count("open"), overdue: totals.count("overdue"), unassigned: totals.count("unassigned"),
      newDay: totals.count("new_day"), newWeek: totals.count("new_week"), created: totals.count("created"),
      closed: totals.count("closed"), medianHours: totals["median_hours"]?.double, onTime: totals["on_time"]?.double)
    ages = (json["ages"]?.array ?? []).map {
      Age(under: $0["under_days"]?.integer, from: $0.count("from_days"), count: $0.count("count"))
    }
    areas = (json["areas"]?.array ?? []).map {
      Place(
        area: $0.text("area"), name: $0.text("name"), open: $0.count("open"), overdue: $0.count("overdue"),
        newWeek: $0.count("new_week"))
    }
    categories = (json["categories"]?.array ?? []).map {
      Kind(
        category: $0.text("category"), name: $0.text("name"), open: $0.count("open"), overdue: $0.count("overdue"),
        newWeek: $0.count("new_week"), medianHours: $0["median_hours"]?.double, onTime: $0["on_time"]?.double)
    }
    trend = (json["trend"]?.array ?? []).map {
      Step(start: $0.text("start"), created: $0.count("created"), closed: $0.count("closed"))
    }
  }
}

extension JSONValue {
  fileprivate func count(_ key: String) -> Int { self[key]?.integer ?? 0 }
  fileprivate func text(_ key: String) -> String { self[key]?.string ?? "" }
}
