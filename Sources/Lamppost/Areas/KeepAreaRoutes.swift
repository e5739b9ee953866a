import HTTPServer
import JSON

/// Areas kept by API.
extension AreaRoutes {
  static func read(_ request: Request, _ context: Context, _ area: AreaName) async throws -> Response {
    answer(try await context.application.keepAreas.find(area, as: context.actor))
  }

  /// A FeatureCollection as a layer.
  static func add(_ request: Request, _ context: Context) async throws -> Response {
    guard ["application/geo+json", "application/json"].contains(request.headers["Content-Type"]?.mediaType ?? "") else {
      throw Problem(.unsupportedMediaType, "The body must be application/geo+json.")
    }
    guard let layer = request.query["layer"], LayerName.isName(layer) else {
      throw Problem.parameter("layer", "must be small letters, digits and hyphens, e.g. wards")
    }
    let property = request.query["name_property"] ?? "name"
    if property.isEmpty || property.unicodeScalars.count > 100 || property.utf8.contains(0) {
      throw Problem.parameter("name_property", "must have 1 to 100 characters")
    }
    let isDryRun = try request.query.parsed("dry_run", "must be true or false", Bool.init) ?? false
    let outcome = try await context.application.importLayer(
      try await request.body.collect(upTo: ImportLayer.largest), layer: layer, nameProperty: property,
      isDryRun: isDryRun, as: context.actor)
    return .json(.ok) { outcome.write(to: &$0) }
  }

  static func change(_ request: Request, _ context: Context, _ area: AreaName) async throws -> Response {
    let change = try AreaChange(try await request.input())
    return answer(
      try await context.application.keepAreas.change(area, change, ifMatch: try request.ifMatch(), as: context.actor))
  }

  static func remove(_ request: Request, _ context: Context, _ area: AreaName) async throws -> Response {
    try await context.application.keepAreas.remove(area, ifMatch: try request.ifMatch(), as: context.actor)
    return .json(.ok) { _ in }
  }

  private static func answer(_ area: KeptArea) -> Response {
    var json = JSONWriter()
    json.object { area.write(to: &$0) }
    var response = Response(.ok, contentType: "application/geo+json", bytes: json.bytes)
    response.headers["ETag"] = "\"\(area.version)\""
    return response
  }
}

extension AreaName: PathParameter {
  init?(pathComponent: String) { self.init(pathComponent) }
  var pathComponent: String { description }
}
