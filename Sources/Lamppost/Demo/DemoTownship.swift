import Civic
import JSON
import PostgreSQL

/// Where Lampworth lies: some six kilometres square, in six wards, two abreast. It exists nowhere else.
enum DemoTownship {
  static let slug = "demo"
  static let name = "Lampworth"
  static let timeZone = "America/New_York"
  static let hosts = ["localhost", "127.0.0.1", "demo.localhost"]
  static let wardNames = (1...6).map { "Ward \($0)" }

  /// Corners of the wards, south to north and west to east: [longitude, latitude].
  private static let corners: [[(Double, Double)]] = [
    [(-72.6361, 42.5741), (-72.5987, 42.5722), (-72.5648, 42.5753)],
    [(-72.6385, 42.5902), (-72.6021, 42.5917), (-72.5629, 42.5899)],
    [(-72.6372, 42.6094), (-72.5979, 42.6081), (-72.5641, 42.6102)],
    [(-72.6346, 42.6262), (-72.6008, 42.6281), (-72.5662, 42.6249)],
  ]

  /// A point by its share of the way from west to east and from south to north, each 0…1: always inside.
  static func point(_ east: Double, _ north: Double) -> Coordinate {
    let (column, row) = (min(Int(east * 2), 1), min(Int(north * 3), 2))
    let (x, y) = (east * 2 - Double(column), north * 3 - Double(row))
    func blend(_ axis: KeyPath<(Double, Double), Double>) -> Double {
      let south = corners[row][column][keyPath: axis] * (1 - x) + corners[row][column + 1][keyPath: axis] * x
      let north = corners[row + 1][column][keyPath: axis] * (1 - x) + corners[row + 1][column + 1][keyPath: axis] * x
      return south * (1 - y) + north * y
    }
    // The corners are places on Earth, and so is whatever lies between them.
    return Coordinate(latitude: blend(\.1), longitude: blend(\.0))!
  }

  static var wards: [ImportedArea] {
    wardNames.enumerated().map { index, name in
      let (row, column) = (index / 2, index % 2)
      let ring = [(row, column), (row, column + 1), (row + 1, column + 1), (row + 1, column), (row, column)]
      var json = JSONWriter()
      json.object { object in
        object.field("type", "Polygon")
        object.array("coordinates") { rings in
          rings.array { positions in
            for (row, column) in ring {
              positions.element([corners[row][column].0, corners[row][column].1])
            }
          }
        }
      }
      return ImportedArea(
        slug: Slug.of(name), name: name, geometry: String(decoding: json.bytes, as: UTF8.self))
    }
  }

  static let departments = [
    ("roads", "Roads and Sidewalks"), ("lighting", "Street Lighting"), ("sanitation", "Sanitation"),
    ("parks", "Parks and Trees"), ("water", "Water and Sewer"), ("code", "Code Enforcement"),
  ]

  /// Everybody's password is `lamppost-demo`.
  static let password = "lamppost-demo"

  /// Name before the @, name, role, department.
  static let people: [(String, String, Role, String?)] = [
    ("citizen", "Casey Brooks", .citizen, nil), ("viewer", "Vivian Marsh", .viewer, nil),
    ("agent", "Alex Turner", .agent, "roads"), ("crew", "Chris Doyle", .crew, "roads"),
    ("manager", "Morgan Hale", .manager, nil), ("administrator", "Avery Stone", .administrator, nil),
    ("operator", "Owen Pratt", .operator, nil), ("crew.lighting", "Lena Fischer", .crew, "lighting"),
    ("crew.sanitation", "Samir Haddad", .crew, "sanitation"), ("crew.parks", "Paula Reyes", .crew, "parks"),
    ("crew.water", "Walter Nowak", .crew, "water"), ("agent.code", "Ines Carver", .agent, "code"),
    ("nadia", "Nadia Okafor", .citizen, nil), ("tom", "Tom Whitfield", .citizen, nil),
    ("grace", "Grace Lindqvist", .citizen, nil), ("hector", "Hector Ramos", .citizen, nil),
    ("june", "June Abbott", .citizen, nil), ("dev", "Dev Patel", .citizen, nil),
  ]
}

extension DemoTownship {
  /// The hours of the town hall, and what is promised by them: an answer within half a day, what is urgent within a day.
  static let promises: [SQL] = [
    """
    INSERT INTO calendars (tenant_id, slug, name, hours, holidays)
    SELECT current_tenant(), 'town-hall', 'Town hall',
           jsonb_agg(CASE WHEN day IN (0, 6) THEN '[]' ELSE '[[480, 720], [780, 1020]]' END::jsonb ORDER BY day),
           ARRAY['01-01', '07-04', '11-11', '12-25'] FROM generate_series(0, 6) AS day
    """,
    """
    UPDATE categories SET calendar_id = (SELECT id FROM calendars WHERE tenant_id = current_tenant()),
           targets = '{"low": {"first_response": 960}, "medium": {"first_response": 480},
                       "high": {"first_response": 240}, "urgent": {"first_response": 60, "resolution": 480}}'
     WHERE tenant_id = current_tenant()
    """,
  ]
}
