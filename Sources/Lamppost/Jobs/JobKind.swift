/// What the worker can be asked to do. Every kind has a handler; a test holds us to it.
enum JobKind: String, CaseIterable, Sendable {
  /// Subject: the attachment's id.
  case scanAttachment = "scan_attachment"
  /// Subject: the area's id. Finds out anew which requests lie in it.
  case recomputeArea = "recompute_area"
}
