import FoundationEssentials
import HTTPServer
import TimeZones

/// From a figure of the report to the list of exactly the requests that it counts.
struct ComplianceLinks {
  private let period: DaySpan?
  /// Of the row's month, within the period or not.
  private let month: DaySpan?
  private let filters: [(name: String, value: String)]

  /// - Parameter row: the table and the row's key; nil for the figures of all.
  init(
    _ period: ReadStatistics.Period, _ scope: StatisticsScope, row: (table: CompliancePage.Table, key: String?)? = nil
  ) {
    let days = DaySpan(period.from + ".." + period.to)
    var filters: [(name: String, value: String)] = scope.area.map { [("area", $0.description)] } ?? []
    var category = scope.category
    var month: DaySpan?
    switch row?.table {
    case .categories: category = row?.key
    case .departments: filters.append(("department", row?.key ?? RequestFilter.noDepartment))
    case .months: month = row?.key.flatMap { DaySpan(month: $0) }
    case nil: break
    }
    if let category { filters.append(("category", category)) }
    (self.filters, self.month) = (filters, month)
    self.period = month.map { month in days.flatMap { month.within($0) } } ?? days
  }

  /// What was brought to its end in the period.
  /// - Parameter verdict: nil for all, with a target and without.
  func closed(_ verdict: RequestFilter.Verdict?) -> String? {
    list([("status", "completed,closed")], "closed_on", ("target", verdict))
  }

  /// What was first answered in the period, where an answer was promised.
  func answered(_ verdict: RequestFilter.Verdict) -> String? {
    list([("status", TriageQuery.everyStatus)], "answered_on", ("answer", verdict))
  }

  /// What is open now and late; of a month what was due in it.
  var overdue: String {
    address([("status", TriageQuery.everyStatus), ("overdue", "true")] + (month.map { [("due_on", $0.words)] } ?? []))
  }

  private func list(
    _ own: [(name: String, value: String)], _ days: String, _ verdict: (name: String, value: RequestFilter.Verdict?)
  ) -> String? {
    period.map { period in
      address(own + [(days, period.words)] + (verdict.value.map { [(verdict.name, $0.rawValue)] } ?? []))
    }
  }

  private func address(_ own: [(name: String, value: String)]) -> String {
    Paths.triage() + "?" + Query(own + filters).encoded
  }
}
