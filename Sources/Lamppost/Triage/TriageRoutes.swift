import Civic
import FoundationEssentials
import HTTPServer
import JSON

/// Finding requests: the list and the map.
enum TriageRoutes {
  static func list(_ request: Request, _ context: Context) async throws -> Response {
    let actor = try context.actor.looking(by: request.query)
    let filter = try RequestFilter(request.query, as: actor)
    let page = try await context.application.listRequests(
      filter, list: request.query.listName, cursor: request.query["cursor"], limit: try request.query.limit(),
      as: actor)
    return .list(page.items, nextCursor: page.nextCursor) { json, item in
      item.request.write(to: &json, for: actor)
      if let distance = item.distance { json.field("distance", (distance * 10).rounded() / 10) }
    }
  }

  static func map(_ request: Request, _ context: Context) async throws -> Response {
    guard let zoom = request.query["zoom"].flatMap({ Int(digits: $0) }), (0...22).contains(zoom) else {
      throw Problem.parameter("zoom", "is required and must be from 0 to 22")
    }
    let actor = try context.actor.looking(by: request.query)
    let filter = try RequestFilter(request.query, as: actor)
    guard let box = filter.box else { throw Problem.parameter("bbox", "is required") }
    let view = try await context.application.mapView(filter, box: box, zoom: zoom, as: actor)
    var json = JSONWriter(capacity: 256 + view.features.count * 160)
    json.object { collection in
      collection.field("type", "FeatureCollection")
      collection.array("features") { array in
        for feature in view.features { array.object { feature.write(to: &$0) } }
      }
      collection.field("truncated", view.isTruncated)
    }
    return Response(.ok, contentType: "application/geo+json", bytes: json.bytes)
  }
}

extension Actor {
  /// With the eyes that `as` asks for.
  /// - Throws: `invalid_parameter`.
  fileprivate func looking(by query: Query) throws(Problem) -> Actor {
    guard let eyes = query["as"] else { return self }
    if eyes != "public" { throw .parameter("as", "must be public or left out") }
    return asCitizen
  }
}

extension MapView.Feature {
  /// The members of a GeoJSON feature.
  fileprivate func write(to json: inout JSONObjectWriter) {
    json.field("type", "Feature")
    switch self {
    case .pin(let reference, let title, let status, let category, let priority, let place):
      json.object("geometry") { place.writePoint(to: &$0) }
      json.object("properties") { properties in
        properties.field("reference", reference)
        properties.field("title", title)
        properties.field("status", status)
        properties.field("category", category)
        properties.field("priority", priority)
      }
    case .cluster(let count, let byStatus, let place):
      json.object("geometry") { place.writePoint(to: &$0) }
      json.object("properties") { properties in
        properties.field("cluster", true)
        properties.field("count", count)
        properties.object("by_status") { for entry in byStatus { $0.field(entry.status, entry.count) } }
      }
    }
  }
}

extension Coordinate {
  fileprivate func writePoint(to json: inout JSONObjectWriter) {
    json.field("type", "Point")
    json.array("coordinates", [longitude, latitude])
  }
}

extension Query {
  /// - Throws: `invalid_parameter` unless missing or 1 to 200.
  func limit() throws(Problem) -> Int {
    guard let text = self["limit"] else { return 50 }
    guard let limit = Int(digits: text), (1...200).contains(limit) else {
      throw .parameter("limit", "must be from 1 to 200")
    }
    return limit
  }

  /// Everything that was asked but position and length of the page, in one order.
  var listName: String {
    names.filter { $0 != "cursor" && $0 != "limit" }.sorted().map { "\($0)=\(self[$0] ?? "")" }.joined(separator: "\n")
  }
}
