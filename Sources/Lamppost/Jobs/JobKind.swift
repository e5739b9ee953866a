/// What the worker can be asked to do. Every kind has a handler; a test holds us to it.
enum JobKind: String, CaseIterable, Sendable {
  /// Subject: the attachment's id.
  case scanAttachment = "scan_attachment"
  /// Subject: the id of a township's logo.
  case scanLogo = "scan_logo"
  /// Subject: the area's id. Finds out anew which requests lie in it.
  case recomputeArea = "recompute_area"
  /// Subject: the category's id, and which of the two runs. Its requests' public places follow its flag.
  case blurCategory = "blur_category"
  /// Subject: always the same. Closed requests whose category's time has come are made anonymous, or deleted.
  case applyRetention = "apply_retention"
  /// Subject: the id of an attachment that was removed.
  case deleteFiles = "delete_files"
  /// Subject: request and sequence number of an event. Finds out who is told of it by mail.
  case notifyFollowers = "notify_followers"
  /// Subject: follower and sequence number of an event. One mail.
  case sendNotification = "send_notification"
  /// Subject: a follower who has not agreed yet. One mail.
  case confirmFollower = "confirm_follower"
  /// Subject: language, and the address or reference that somebody typed in. At most one mail.
  case sendTrackingLinks = "send_tracking_links"
  /// Subject: request and rule. Finds out who is told that the rule held.
  case notifyRouted = "notify_routed"
  /// Subject: request, rule, and `person` with a number or `address`. One mail.
  case sendRouted = "send_routed"
  /// Subject: one look at the targets, and a person. One mail.
  case sendDeadlineAlerts = "send_deadline_alerts"

  /// Subject: an invitation. One mail.
  case sendInvitation = "send_invitation"
  /// Subject: language, and what about somebody's account is to be said (`AccountMail`). At most one mail.
  case sendAccountMail = "send_account_mail"

  /// What waits for a mail server, which may be slow or gone: it is not to hold up the rest.
  static let mails: [JobKind] = [
    .sendNotification, .confirmFollower, .sendTrackingLinks, .sendRouted, .sendDeadlineAlerts,
    .sendAccountMail, .sendInvitation,
  ]
}
