import Civic
import HTTPServer

extension Operation {
  static let finding = [
    Operation(
      .get, Paths.requests, "listRequests", .finding, "Find requests",
      note: "Each caller finds what their role may see.",
      parameters: Parameter.filters + [.sort, .eyes, .cursor, .limit],
      answer: .json(.page(of: .named("ListedRequest")), "One page."), problems: [.forbidden, .invalidCursor]),
    Operation(
      .get, Paths.map, "readMap", .finding, "What a map shows of a box",
      note: """
        Pins where requests are few, else clusters. Filters other than status, category and priority look at \
        \(MapView.matchLimit) matches at most.
        """,
      parameters: Parameter.filters.map { filter in
        var filter = filter
        filter.isRequired = filter.name == Parameter.box.name
        return filter
      } + [.query("zoom", .integer(0...22), "As web maps count.", isRequired: true), .eyes],
      answer: Answer(
        status: .ok, note: "GeoJSON.", contents: [("application/geo+json", .named("Map"))]), problems: [.forbidden]),
    Operation(
      .get, Paths.tile, "readTile", .finding, "A vector tile of the public's requests, for GIS clients",
      note: """
        Layer `requests` with reference, title, status, category, priority and created_at (seconds since 1970); below \
        zoom \(VectorTile.pointsFrom), or where a tile has more than \(VectorTile.pointLimit), layer `clusters` with count \
        and open. An empty tile has no bytes.
        """,
      answer: Answer(
        status: .ok, note: "A Mapbox vector tile.", contents: [(VectorTileRoutes.mediaType, .file)],
        headers: [("ETag", "For If-None-Match.")])),
    Operation(
      .get, Paths.categories, "listCategories", .finding, "What can be reported",
      answer: .json(.page(of: .named("Category")), "All categories, with their questions.")),
    Operation(
      .get, Paths.places, "findPlaces", .finding, "Places by what somebody types",
      note: "Streets of the township, also misspelt, and their corners; or the street at a point. One of both.",
      parameters: [
        .query("q", .text(0...PlaceQuery.limit), "A street, a house number and street, two streets, or coordinates."),
        .near,
      ],
      answer: .json(.page(of: .named("Place")), "Best first; of a street that is clearly meant also its corners.")),
    Operation(
      .get, Paths.areas, "listAreas", .finding, "The township's areas",
      parameters: [
        .query("layer", .text, "One layer, e.g. wards; all unless said."),
        .query("counts", .boolean, "Whether to tell how many open requests lie in each. Staff only."),
      ],
      answer: Answer(status: .ok, note: "GeoJSON.", contents: [("application/geo+json", .named("Areas"))]),
      problems: [.forbidden]),
  ]

  static let working = [
    Operation(
      .post, Paths.status, "changeStatus", .working, "Move a request through the workflow",
      note: """
        What each step needs stands in the workflow. Where the category asks for a photo of what was done, a picture that \
        staff have added since the request was reported or last reopened counts, also while it is being scanned.
        """,
      parameters: [.ifMatch], body: .json("StatusChange"), answer: .request("The request as it is now."),
      problems: [
        .gone, .versionMismatch, .unknownOption, .transitionNotAllowed, .reasonRequired, .noteRequired, .proofRequired,
        .conflict,
      ]),
    Operation(
      .post, Paths.confirmation, "confirmResolution", .working, "Say whether a completed request is resolved",
      note: """
        Its reporter, while it is completed: true closes it, false sends it back to staff. The note is a line of the \
        private thread.
        """,
      parameters: [.ifMatch], body: .json("Confirmation"), answer: .request("The request as it is now."),
      problems: [.forbidden, .gone, .versionMismatch, .transitionNotAllowed, .rateLimited, .conflict]),
    Operation(
      .post, Paths.opened, "openRequest", .working, "Say that staff has opened a request",
      note: "The first time submitted becomes under_review; later ones change nothing.",
      answer: .request("The request as it is now."), problems: [.gone, .conflict]),
    Operation(
      .post, Paths.assignment, "assignRequest", .working, "Give a request to a person or a department",
      note: "What is left out stays. Assigning sets submitted and under_review to assigned.", parameters: [.ifMatch],
      body: .json("Assignment"), answer: .request("The request as it is now."),
      problems: [.gone, .versionMismatch, .unknownPerson, .unknownDepartment, .conflict]),
    Operation(
      .post, Paths.undo, "undoChange", .working, "Take the last change of a request back",
      note: """
        For who made it, within \(Int(Undo.window)) seconds: status, assignment, or what was edited. It is a change of its \
        own; the history keeps both.
        """,
      parameters: [.ifMatch], answer: .request("The request as it is now."),
      problems: [.gone, .versionMismatch, .undoNotAllowed, .conflict]),
    Operation(
      .get, Paths.templates, "listTemplates", .working, "What staff write often",
      note: "{reference} and {title} stand for those of the request that it is used for.",
      parameters: [.cursor, .limit], answer: .json(.page(of: .named("Template")), "One page."),
      problems: [.invalidCursor]),
    Operation(
      .post, Paths.templates, "addTemplate", .working, "Add a template", body: .json("NewTemplate"),
      answer: .versioned("Template", "The new template.", status: .created), problems: [.unknownOption]),
    Operation(
      .patch, Paths.template, "changeTemplate", .working, "Change a template", note: "What is left out stays.",
      parameters: [.ifMatch], body: .json("TemplateChange"),
      answer: .versioned("Template", "The template as it is now."), problems: [.unknownOption, .versionMismatch]),
    Operation(
      .delete, Paths.template, "removeTemplate", .working, "Remove a template",
      answer: .json(.named("Empty"), "It is gone.")),
    Operation(
      .post, Paths.templateRestoration, "restoreTemplate", .working, "Bring a removed template back",
      answer: .versioned("Template", "The template.")),
    Operation(
      .get, Paths.comments, "listComments", .working, "What was said about a request, oldest first",
      parameters: [.cursor, .limit],
      answer: .json(.page(of: .named("Comment")), "The comments that the caller may read."), problems: [.gone]),
    Operation(
      .post, Paths.comments, "addComment", .working, "Comment on a request",
      note: "Staff of any visibility; the reporter writes to the private thread.", body: .json("NewComment"),
      answer: .json(.created, .named("Comment"), "The new comment."),
      problems: [.forbidden, .gone, .unknownOption, .rateLimited, .conflict]),
  ]
}
