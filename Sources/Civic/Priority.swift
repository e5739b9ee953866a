/// How pressing a request is, in rising order. The raw value is stored and sorted by; `name` is the API's word.
public enum Priority: Int16, CaseIterable, Sendable, Comparable {
  case low = 1
  case medium, high, urgent

  public var name: String {
    switch self {
    case .low: "low"
    case .medium: "medium"
    case .high: "high"
    case .urgent: "urgent"
    }
  }

  public init?(name: String) {
    guard let match = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = match
  }

  public static func < (left: Priority, right: Priority) -> Bool { left.rawValue < right.rawValue }
}
