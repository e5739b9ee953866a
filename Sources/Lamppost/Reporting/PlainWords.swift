import Civic
import FoundationEssentials
import HTML
import Localization

/// The state of a request in the words of somebody who has nothing to do with the town hall.
extension Status {
  func plainWord(_ t: Translator) -> String {
    if let own = t.own[rawValue] { return own }
    return switch self {
    case .submitted: t("Received")
    case .underReview: t("Being looked at")
    case .assigned: t("With a team")
    case .inProgress: t("Being worked on")
    case .onHold: t("Waiting")
    case .completed: t("Done")
    case .closed: t("Closed")
    case .rejected: t("Not taken up")
    case .duplicate: t("Reported already")
    case .withdrawn: t("Withdrawn")
    }
  }

  func plainBadge(_ t: Translator) -> HTML { "<span class=\"badge \(rawValue)\">\(plainWord(t))</span>" }

  /// What it means, in a sentence.
  func plainSentence(_ t: Translator) -> String {
    switch self {
    case .submitted: t("The report has arrived. Staff will look at it next.")
    case .underReview: t("Staff are looking at the report and deciding who takes care of it.")
    case .assigned: t("A team has been given the job.")
    case .inProgress: t("A team is working on it.")
    case .onHold: t("The work cannot go on at the moment.")
    case .completed: t("Staff say that the work is done.")
    case .closed: t("The work is done and the report is closed.")
    case .rejected: t("Staff have decided not to act on this report.")
    case .duplicate: t("The same problem was reported before. It is taken care of under the other report.")
    case .withdrawn: t("Whoever reported this has taken it back.")
    }
  }

  /// What happened, as a line of the timeline.
  func plainEvent(_ t: Translator) -> String {
    if self != .submitted, let own = t.own[rawValue] { return t("Now: {status}", ["status": own]) }
    return switch self {
    case .submitted: t("Reported")
    case .underReview: t("Staff are looking at it")
    case .assigned: t("Given to a team")
    case .inProgress: t("Work has begun")
    case .onHold: t("Put on hold")
    case .completed: t("Work done")
    case .closed: t("Closed")
    case .rejected: t("Not taken up")
    case .duplicate: t("Found to be reported already")
    case .withdrawn: t("Withdrawn")
    }
  }
}

extension RequestView {
  /// By when it is done, or since when it is, said as it is.
  func expectation(_ t: Translator, now: Date) -> String? {
    if request.facts.status.isEnded {
      return request.closedAt.map { t("Ended on {date}.", ["date": t.weekdayAndDate($0)]) }
    }
    guard let due = request.expectedBy else { return t("There is no fixed date for this kind of problem.") }
    let values = ["date": t.weekdayAndDate(due), "relative": t.relativeDay(due, to: now)]
    if request.heldSince != nil && !request.isOverdue(at: now) {
      return t("It waits. The date will move by the time that it waits; until then it is {date}.", values)
    }
    return due >= now
      ? t("We aim to mend this by {date} ({relative}).", values)
      : t("We aimed to mend this by {date} ({relative}). It is overdue.", values)
  }

  var isOverdue: Bool { request.isOverdue(at: .now) }
}

extension ViewedEntry {
  /// What a line of the timeline says of itself.
  func heading(_ t: Translator) -> String {
    switch (kind, status) {
    case (nil, _): isFromStaff ? t("Update from staff") : t("Message from the reporter")
    case (.confirmation?, .closed?): t("The reporter says: it is mended")
    case (.confirmation?, _): t("The reporter says: it is not mended yet. Staff look at it again")
    case (_, let status?): status.plainEvent(t)
    case (_, nil): t("Changed")
    }
  }
}

extension ViewedFile {
  /// Why it cannot be seen, or not yet.
  func condition(_ t: Translator) -> String {
    switch state {
    case .quarantined, .scanning: t("Being checked for viruses…")
    case .clean:
      isImage ? t("Checked: no virus found") : t("Document, checked: no virus found. Only you and staff can open it.")
    case .infected: t("A virus was found in this file. It has been deleted.")
    case .failed: t("This file could not be accepted.") + " " + FileReasons.sentence(reason, t)
    }
  }
}

/// Why a file was refused, by the closed list of the intake.
enum FileReasons {
  static func sentence(_ reason: String?, _ t: Translator) -> String {
    switch reason {
    case "empty": t("The file is empty.")
    case "too_large": t("The file is too large.")
    case "unaccepted_type": t("Only JPEG, PNG, WebP, HEIC and AVIF images and PDF documents are accepted.")
    case "broken_image": t("The image is damaged or incomplete.")
    case "too_many_pixels": t("The image has too many pixels.")
    case "broken_document": t("The document is damaged.")
    case "encrypted": t("The file is encrypted or protected by a password.")
    default: t("It could not be checked. Please send it again.")
    }
  }
}
