import HTTPServer

extension Operation {
  static let areas = [
    Operation(
      .post, Paths.areas, "importAreas", .administration, "Bring areas in as a layer, all or nothing",
      note: """
        A GeoJSON FeatureCollection of Polygons and MultiPolygons, at most \(ImportLayer.largest >> 20) MiB. An area that \
        is there already, by its name, takes the new boundary; what the collection does not name stays. A boundary that \
        crosses itself is mended. Which requests lie in them is found out within seconds.
        """,
      parameters: [
        .query("layer", .text(1...63, pattern: LayerName.pattern), "The layer, e.g. wards.", isRequired: true),
        .query("name_property", Schemas.line(100), "The property that holds an area's name; name unless said."),
        .query("dry_run", .boolean, "Only tells what it would do."),
      ],
      body: RequestBody(contents: [
        ("application/geo+json", .named("AreaCollection")), ("application/json", .named("AreaCollection")),
      ]),
      answer: .json(.named("AreaImport"), "What it did, or would do."),
      problems: [.wrongType, .tooMany, .invalidFormat]),
    Operation(
      .get, Paths.area, "readArea", .finding, "One area", answer: .area("The area.")),
    Operation(
      .patch, Paths.area, "changeArea", .administration, "Rename an area, or change its boundary",
      note: "What is left out stays. Its slug stays, too.", parameters: [.ifMatch], body: .json("AreaChange"),
      answer: .area("The area as it is now."), problems: [.versionMismatch, .invalidFormat]),
    Operation(
      .delete, Paths.area, "removeArea", .administration, "Delete an area",
      note: "Requests stay. Rules of routing that name it do not hold in it any more, and say so.",
      parameters: [.ifMatch], answer: .json(.named("Empty"), "It is gone."), problems: [.versionMismatch, .conflict]),
  ]
}

extension Answer {
  fileprivate static func area(_ note: String) -> Answer {
    Answer(
      status: .ok, note: note, contents: [("application/geo+json", .named("Area"))],
      headers: [("ETag", "The version in quotes, for If-Match.")])
  }
}

extension Schemas {
  static let areas: [(name: String, schema: Schema)] = [
    ("AreaChange", .input([.optional("name", line(KeptArea.longestName)), .optional("geometry", .named("Surface"))])),
    (
      "Surface",
      .object([
        .required("type", .words(["Polygon", "MultiPolygon"])),
        .required("coordinates", Schema.list(of: .list(of: .list(of: .init(.anything)))).noted("As GeoJSON has them.")),
      ])
    ),
    (
      "AreaCollection",
      .object([
        .required("type", .words(["FeatureCollection"])),
        .required(
          "features",
          .list(
            of: .object([
              .required("type", .words(["Feature"])), .required("geometry", .named("Surface")),
              .required("properties", .object([])),
            ]))),
      ])
    ),
    (
      "AreaImport",
      .object([
        .required("layer", .text), .required("dry_run", .boolean), .required("added", .integer(0...)),
        .required("changed", .integer(0...)), .required("unchanged", .integer(0...)),
        .required("untouched", Schema.integer(0...).noted("Areas of the layer that the collection does not name.")),
        .required("mended", Schema.list(of: .text).noted("Names of those whose boundary crossed itself.")),
      ])
    ),
  ]
}
