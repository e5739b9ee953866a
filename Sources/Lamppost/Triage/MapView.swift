import Civic
import FoundationEssentials
import HTTPServer
import JSON
import PostgreSQL

/// What a map shows of a box at a zoom: every request as a pin where they are few, else clusters with their counts.
struct MapView: Sendable {
  let database: Database

  /// A pin, or a cluster of a square of the map.
  enum Feature: Sendable {
    case pin(reference: String, title: String, status: String, category: String, priority: String, Coordinate)
    case cluster(count: Int, byStatus: [(status: String, count: Int)], Coordinate)

    /// A pin's; empty for a cluster.
    fileprivate var reference: String {
      if case .pin(let reference, _, _, _, _, _) = self { reference } else { "" }
    }
  }

  struct View: Sendable {
    let features: [Feature]
    /// Whether there are more matches than were looked at.
    let isTruncated: Bool
  }

  /// Up to this many matches are pins.
  static let pinLimit = 200
  /// A filter that the counts cannot answer is answered from this many matches.
  static let matchLimit = 10_000
  /// The levels of the counts, coarse to fine; squares of level n are those of web map tiles of zoom n.
  static let levels = [4, 6, 8, 10, 12, 14, 16, 18]

  /// - Parameter zoom: 0 to 22, as web maps count.
  func callAsFunction(_ filter: RequestFilter, box: BoundingBox, zoom: Int, as actor: Actor) async throws -> View {
    let database = database.tenant(actor.tenant.id)
    let grid = Grid(zoom: zoom)
    // The counts know categories; of a limit to areas they know nothing.
    let byCounts = filter.isAnsweredByCounts && actor.limits.areas.isEmpty
    if byCounts {
      let clusters = try await clusters(filter, box, grid, database, actor)
      let total = clusters.reduce(0) { $0 + $1.count }
      if total > Self.pinLimit { return View(features: clusters.map(\.feature), isTruncated: false) }
    }
    let limit = byCounts ? Self.pinLimit : Self.matchLimit
    var matches = try await pins(filter, box, .words, limit: limit + 1, database, actor)
    if matches.isEmpty && filter.text != nil {
      matches = try await pins(filter, box, .misspelt, limit: limit + 1, database.forMisspeltWords, actor)
    }
    let shown = Array(matches.prefix(limit))
    // By reference: the order in which the table holds them would tell of changes that are nobody's business.
    let features =
      shown.count <= Self.pinLimit ? shown.sorted { $0.reference < $1.reference } : Self.cluster(shown, grid)
    return View(features: features, isTruncated: matches.count > limit)
  }

  /// The squares that are counted at a zoom, and the larger ones that are shown.
  struct Grid {
    /// The level of the counts that are read: a sixteenth of a tile's side, or finer.
    let level: Int
    /// As many levels coarser is what is shown: a quarter of a tile's side, so that one finger does not meet two.
    let shift: Int

    init(zoom: Int) {
      level = MapView.levels.first { $0 >= min(zoom + 4, 18) } ?? 18
      shift = level - min(zoom + 2, level)
    }
  }

  private struct Cluster {
    var count = 0
    var byStatus: [String: Int] = [:]
    /// Of the fine squares' columns and rows, each as often as it counts.
    var columns = 0
    var rows = 0

    /// In the middle of what it stands for, yet well inside of its square, away from its neighbours.
    func feature(_ square: Square, _ grid: Grid) -> Feature {
      let side = Double(1 << grid.shift)
      func place(_ sum: Int, _ cell: Int) -> Double {
        let inside = ((Double(sum) / Double(max(count, 1)) + 0.5) / side - Double(cell)) - 0.5
        return (Double(cell) + 0.5 + max(-0.15, min(0.15, inside))) * side
      }
      return .cluster(
        count: count, byStatus: byStatus.sorted { $0.key < $1.key }.map { (status: $0.key, count: $0.value) },
        Square.coordinate(column: place(columns, square.x), row: place(rows, square.y), level: grid.level))
    }
  }

  /// From the kept counts and what has not been folded into them yet.
  private func clusters(
    _ filter: RequestFilter, _ box: BoundingBox, _ grid: Grid, _ database: Database, _ actor: Actor
  ) async throws -> [(count: Int, feature: Feature)] {
    var squares: [Square: Cluster] = [:]
    for row in try await database.read(Self.countQuery(filter, box, grid, actor)) {
      let square = Square(x: try row.get(0), y: try row.get(1))
      var cluster = squares[square] ?? Cluster()
      let count: Int = try row.get(3)
      cluster.count += count
      cluster.byStatus[try row.get(2), default: 0] += count
      cluster.columns += try row.get(4, as: Int.self)
      cluster.rows += try row.get(5, as: Int.self)
      squares[square] = cluster
    }
    return squares.sorted { ($0.key.y, $0.key.x) < ($1.key.y, $1.key.x) }.map {
      (count: $0.value.count, feature: $0.value.feature($0.key, grid))
    }
  }

  /// Column, row, status and count of each square that is shown, and the sums that its middle is found by.
  static func countQuery(_ filter: RequestFilter, _ box: BoundingBox, _ grid: Grid, _ actor: Actor) -> SQL {
    let level = grid.level
    var conditions: [SQL] = []
    if !actor.seesInternal { conditions.append("m.public") }
    if !actor.limits.categories.isEmpty {
      conditions.append("m.category_id = ANY(\(actor.limits.categories)::int[])")
    }
    if !filter.statuses.isEmpty { conditions.append("m.status = ANY(\(filter.statuses.map(\.rawValue)))") }
    if !filter.priorities.isEmpty {
      conditions.append("m.priority = ANY(\(filter.priorities.map { Int($0.rawValue) })::smallint[])")
    }
    if !filter.categories.isEmpty {
      conditions.append(
        "m.category_id = ANY(ARRAY(SELECT id FROM categories WHERE slug = ANY(\(filter.categories))))")
    }
    let rest: SQL = conditions.isEmpty ? "" : " AND " + conditions.joined(separator: " AND ")
    let (columns, rows) = box.squares(level: level)
    let shift = 18 - level
    let width: SQL = columns.count == 1 ? range("m.x", columns[0]) : ranges("m.x", columns)
    let finest = columns.map { ($0.lowerBound << shift)...(((Int($0.upperBound) + 1) << shift) - 1) }
    let fineWidth: SQL = ranges("m.x", finest)
    let fineRows = (rows.lowerBound << shift)...(((rows.upperBound + 1) << shift) - 1)
    return """
      SELECT x >> \(Int32(grid.shift)), y >> \(Int32(grid.shift)), status, sum(n)::bigint, sum(n * x::bigint)::bigint,
             sum(n * y::bigint)::bigint FROM (
        SELECT m.x, m.y, m.status, m.count AS n FROM map_counts m
         WHERE m.level = \(Int16(level)) AND \(width) AND \(range("m.y", rows))\(rest)
        UNION ALL
        SELECT m.x >> \(Int32(shift)), m.y >> \(Int32(shift)), m.status, m.change FROM map_deltas m
         WHERE \(fineWidth) AND \(range("m.y", fineRows))\(rest)
      ) both_kinds GROUP BY 1, 2, 3 HAVING sum(n) > 0
      """
  }

  private static func range(_ column: SQL, _ range: ClosedRange<Int>) -> SQL {
    "\(column) BETWEEN \(range.lowerBound) AND \(range.upperBound)"
  }

  private static func ranges(_ column: SQL, _ ranges: [ClosedRange<Int>]) -> SQL {
    "(\(ranges.map { range(column, $0) }.joined(separator: " OR ")))"
  }

  private func pins(
    _ filter: RequestFilter, _ box: BoundingBox, _ mode: RequestFilter.TextMode, limit: Int, _ database: Database,
    _ actor: Actor
  ) async throws -> [Feature] {
    var filter = filter
    filter.box = box
    let location = actor.visibleLocation
    let rows = try await database.read(
      """
      SELECT r.reference, r.title, r.status, c.slug, r.priority, ST_Y(\(location)::geometry),
             ST_X(\(location)::geometry)
        FROM \(filter.source) JOIN categories c ON c.tenant_id = r.tenant_id AND c.id = r.category_id
       WHERE \(filter.conditions(as: actor, text: mode)) LIMIT \(limit)
      """)
    return try rows.compactMap { row in
      guard let reference = Reference(try row.get(0, as: String.self)),
        let place = Coordinate(latitude: try row.get(5), longitude: try row.get(6))
      else { return nil }
      let priority = Priority(rawValue: try row.get(4))?.name ?? ""
      return .pin(
        reference: reference.description, title: try row.get(1), status: try row.get(2), category: try row.get(3),
        priority: priority, place)
    }
  }

  /// Pins of a filter that the counts do not know, gathered by square.
  private static func cluster(_ pins: [Feature], _ grid: Grid) -> [Feature] {
    var squares: [Square: Cluster] = [:]
    for case .pin(_, _, let status, _, _, let place) in pins {
      let fine = Square(place, level: grid.level)
      let square = Square(x: fine.x >> grid.shift, y: fine.y >> grid.shift)
      var cluster = squares[square] ?? Cluster()
      cluster.count += 1
      cluster.columns += fine.x
      cluster.rows += fine.y
      cluster.byStatus[status, default: 0] += 1
      squares[square] = cluster
    }
    return squares.sorted { ($0.key.y, $0.key.x) < ($1.key.y, $1.key.x) }.map { $0.value.feature($0.key, grid) }
  }
}
