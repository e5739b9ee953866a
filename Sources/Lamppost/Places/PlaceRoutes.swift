import Civic
import HTTPServer
import JSON

enum PlaceRoutes {
  /// Places by what somebody types, or the street at a point.
  static func find(_ request: Request, _ context: Context) async throws -> Response {
    let find = context.application.findPlaces
    if let coordinate = try request.query.parsed(
      "near", "must be latitude,longitude", Coordinate.init(latitudeLongitude:))
    {
      let name = try await find.nearest(to: coordinate, as: context.actor)
      let place = name.map { Place(address: $0, location: Location(coordinate: coordinate, accuracy: nil)) }
      return response(place.map { [$0] } ?? [])
    }
    let text = request.query["q"] ?? ""
    guard text.unicodeScalars.count <= PlaceQuery.limit, !text.utf8.contains(0) else {
      throw Problem.parameter("q", "must not be longer than \(PlaceQuery.limit) characters")
    }
    return response(try await find(text, as: context.actor))
  }

  private static func response(_ places: [Place]) -> Response {
    .list(places, nextCursor: nil) { json, place in
      json.field("address", place.address)
      json.field("location", place.location)
      json.field("street", place.isStreet)
    }
  }
}
