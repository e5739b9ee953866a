import PostgreSQL

/// Brings the requests of a CSV file in, batch by batch. A run that is stopped or killed loses at most the batches in
/// hand; the next run of the same file goes on where it ended, since rows that are there already are left alone.
struct ImportRequests {
  /// As the owner of the tables.
  let database: Database
  let tenantID: Int
  let mapping: ImportMapping
  var batchSize = 2000
  /// Batches under way at once, each on a connection of its own.
  var connections = 2
  /// Hears of each row that has an error: where, what, and the row.
  var refuse: (CSVRecord, String, _ columns: [String]) throws -> Void = { _, _, _ in }
  /// Hears the figures after every piece of the file.
  var progress: (ImportFigures) -> Void = { _ in }
  /// Asked between batches.
  var shouldStop: () -> Bool = { false }

  /// - Parameter path: a CSV file, gzip or not, whose first line names the columns.
  /// - Throws: `ImportError` and whatever ends the whole import; batches that were committed stay.
  func callAsFunction(_ path: String) async throws -> ImportFigures {
    let database = database.tenant(tenantID)
    let timeZone = try await timeZone(database)
    var categories = try await ImportedCategories(database: database)
    var figures = ImportFigures()
    var file = try ImportedRows(path: path, mapping: mapping)
    try await withThrowingTaskGroup(of: ImportBatch.Outcome.self) { group in
      var inHand = 0
      var rows: [ImportedRow] = []
      // While the server works on a batch, the next is read.
      while !shouldStop(), let piece = try file.next() {
        for (record, row) in piece {
          figures.rows += 1
          do throws(RowError) { rows.append(try known(row.get(), categories)) } catch {
            figures.errors += 1
            try refuse(record, error.sentence, file.columnNames ?? [])
          }
        }
        figures.share = file.share
        progress(figures)
        while rows.count >= batchSize {
          if inHand == connections, let outcome = try await group.next() {
            figures.count(outcome)
            inHand -= 1
          }
          try await categories.makeMissing(of: rows.prefix(batchSize), mapping)
          let batch = ImportBatch(rows.prefix(batchSize), categories: categories, mapping: mapping, timeZone: timeZone)
          rows.removeFirst(min(batchSize, rows.count))
          group.addTask { try await batch.insert(into: database) }
          inHand += 1
        }
      }
      try await categories.makeMissing(of: rows[...], mapping)
      let last = ImportBatch(rows[...], categories: categories, mapping: mapping, timeZone: timeZone)
      group.addTask { try await last.insert(into: database) }
      for try await outcome in group { figures.count(outcome) }
    }
    figures.newCategories = categories.made
    progress(figures)
    try await finish(database)
    return figures
  }

  /// Without leave to make categories, a row of one that does not exist is an error.
  private func known(_ row: ImportedRow, _ categories: ImportedCategories) throws(RowError) -> ImportedRow {
    if mapping.newCategories == nil, categories[row.category] == nil {
      throw RowError(sentence: "there is no category \"\(row.category.slug)\"")
    }
    return row
  }

  /// - Throws: `ImportError` for a zone that PostgreSQL does not know.
  private func timeZone(_ database: Database) async throws -> String {
    if let name = mapping.timeZone {
      let known = try await database.read("SELECT 1 FROM pg_timezone_names WHERE name = \(name)")
      if known.isEmpty { throw ImportError("There is no time zone \"\(name)\".") }
      return name
    }
    let rows = try await database.read("SELECT time_zone FROM tenants WHERE id = current_tenant()")
    return try rows.first?.get(0) ?? "UTC"
  }

  /// Without fresh statistics the first questions about the new rows would be planned as if there were none.
  private func finish(_ database: Database) async throws {
    try await database.write("CALL fold_map_counts()")
    for table in ["requests", "request_events", "request_areas", "map_counts"] {
      try await database.write("ANALYZE \(identifier: table)")
    }
  }
}
