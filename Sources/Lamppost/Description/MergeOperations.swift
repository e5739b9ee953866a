import HTTPServer

extension Operation {
  static let merging = [
    Operation(
      .get, Paths.duplicates, "listDuplicates", .working, "What was merged into a request",
      answer: .json(.page(of: .named("MergedRequest")), "All of them, the latest first."), problems: [.gone]),
    Operation(
      .get, Paths.mergePreview, "previewMerge", .working, "What a merge would move, and what would stay",
      parameters: [.query("of", Schemas.typedReference, "The request that goes on.", isRequired: true)],
      answer: .json(.named("MergePreview"), "Counts."),
      problems: [.gone, .unknownRequest, .mergeNotAllowed, .transitionNotAllowed, .conflict]),
    Operation(
      .post, Paths.duplicates, "mergeRequest", .working, "Make a request a duplicate of another",
      note: """
        Supporters, followers, photos and comments go along to `of`, or to what that is a duplicate of itself. A thread \
        between reporter and staff stays where it is, and so does whatever somebody could read there who could not before. \
        If-Match is the duplicate's version.
        """,
      parameters: [.ifMatch], body: .json("Merge"), answer: .request("The duplicate as it is now."),
      problems: [
        .gone, .versionMismatch, .unknownRequest, .mergeNotAllowed, .transitionNotAllowed, .conflict,
      ]),
    Operation(
      .delete, Paths.duplicates, "undoMerge", .working, "Take a merge back",
      note: "All that it moved goes back; what was added to the other request since stays there.",
      parameters: [.ifMatch], answer: .request("The request as it is now."),
      problems: [.gone, .versionMismatch, .mergeNotAllowed, .conflict]),
  ]
}
