import PostgreSQL

/// Brings the streets of a GeoJSON file in as the township's base map, in place of those that it had: all or nothing.
/// The same file twice comes to the same.
struct ImportStreets: Sendable {
  /// As the owner of the tables.
  let database: Database
  let tenantID: Int
  /// Told how many lines are written, of how many.
  var progress: @Sendable (_ written: Int, _ of: Int) -> Void = { _, _ in }

  private static let batchSize = 2000

  struct Figures: Sendable, Equatable {
    /// Lines of the file; a MultiLineString has several.
    var lines = 0
    var names = 0
    /// Lines that the township had before.
    var replaced = 0
  }

  func callAsFunction(_ streets: [ImportedStreet]) async throws -> Figures {
    try await database.tenant(tenantID).write { transaction in
      var figures = Figures()
      figures.replaced = try await transaction.execute("DELETE FROM streets WHERE tenant_id = current_tenant()")
      for start in stride(from: 0, to: streets.count, by: Self.batchSize) {
        let batch = streets[start..<min(start + Self.batchSize, streets.count)]
        figures.lines += try await transaction.execute(Self.insert(batch))
        progress(start + batch.count, streets.count)
      }
      figures.names = Set(streets.map(\.name)).subtracting([""]).count
      return figures
    }
  }

  private static func insert(_ streets: ArraySlice<ImportedStreet>) -> SQL {
    """
    INSERT INTO streets (tenant_id, name, kind, line)
    SELECT current_tenant(), name, kind, (parts).geom
      FROM (SELECT name, kind, ST_Dump(ST_SetSRID(ST_Force2D(ST_GeomFromGeoJSON(geometry)), 4326)) AS parts
              FROM unnest(\(streets.map(\.name)), \(streets.map(\.kind)), \(streets.map(\.geometry)))
                AS s (name, kind, geometry)) lines
    """
  }
}
