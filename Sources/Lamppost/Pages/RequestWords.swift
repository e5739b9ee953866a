import Civic
import HTML
import Localization

/// The closed lists of the domain in a reader's words.
extension Status {
  /// The township's own word, where it has one.
  func title(_ t: Translator) -> String { t.own[rawValue] ?? usualTitle(t) }

  func usualTitle(_ t: Translator) -> String {
    switch self {
    case .submitted: t("Submitted")
    case .underReview: t("Under review")
    case .assigned: t("Assigned")
    case .inProgress: t("In progress")
    case .onHold: t("On hold")
    case .completed: t("Completed")
    case .closed: t("Closed")
    case .rejected: t("Rejected")
    case .duplicate: t("Duplicate")
    case .withdrawn: t("Withdrawn")
    }
  }

  func badge(_ t: Translator) -> HTML { "<span class=\"badge \(rawValue)\">\(title(t))</span>" }
}

extension Priority {
  func title(_ t: Translator) -> String {
    switch self {
    case .low: t("Low priority")
    case .medium: t("Medium priority")
    case .high: t("High priority")
    case .urgent: t("Urgent")
    }
  }

  func badge(_ t: Translator) -> HTML { "<span class=\"badge plain \(name)\">\(title(t))</span>" }
}
