import Civic
import JSON
import PostgreSQL

/// One request as a file tells it, checked.
struct ImportedRow: Sendable {
  let sourceID: String
  let title: String
  let description: String
  let category: ImportedCategory
  let status: Status
  /// nil for the category's own.
  let priority: Priority?
  /// nil for unknown.
  let location: Coordinate?
  let address: String?
  /// A JSON object.
  let attributes: String
  let createdAt: ImportedTime
  let updatedAt: ImportedTime
  let closedAt: ImportedTime?
  let expectedBy: ImportedTime?
}

/// A category as a file names it, with what is needed to make it.
struct ImportedCategory: Sendable, Hashable {
  let slug: String
  let name: String
  let group: String?
  let department: String?
}

/// What is wrong with one row; the rest goes on.
struct RowError: Error {
  let sentence: String
}

/// Makes rows of records by a mapping.
struct RowReader: Sendable {
  private let mapping: ImportMapping
  private let header: [String]
  private let columns: [String: Int]

  /// - Parameter header: the file's first record.
  /// - Throws: where a column that the mapping names is missing, or stands twice.
  init(_ mapping: ImportMapping, header record: CSVRecord) throws(ImportError) {
    self.mapping = mapping
    header = (0..<record.count).map { String(decoding: record.field($0), as: UTF8.self).trimmed }
    var columns: [String: Int] = [:]
    for (index, name) in header.enumerated() where mapping.columns.contains(name) {
      guard columns.updateValue(index, forKey: name) == nil else {
        throw ImportError("The column \(name) stands twice in the file's first line.")
      }
    }
    let missing = mapping.columns.filter { columns[$0] == nil }.sorted()
    if !missing.isEmpty {
      throw ImportError(
        "The file's first line lacks the columns that the mapping names: " + missing.joined(separator: ", "))
    }
    self.columns = columns
  }

  var columnNames: [String] { header }

  func row(_ record: CSVRecord) throws(RowError) -> ImportedRow {
    if let fault = record.fault { throw RowError(sentence: fault.rawValue) }
    guard record.count == header.count else {
      throw RowError(sentence: "\(record.count) fields instead of \(header.count)")
    }
    let sourceID = try required(.sourceID, record, maximum: 200)
    let status = try option(.status, record, Status.init(rawValue:)) ?? .submitted
    let createdAt = try time(.createdAt, record)
    guard let createdAt else { throw RowError(sentence: "created_at is missing") }
    let closedAt = try time(.closedAt, record)
    let updatedAt = try time(.updatedAt, record) ?? closedAt ?? createdAt
    return ImportedRow(
      sourceID: sourceID, title: try required(.title, record, maximum: 200),
      description: try text(.description, record, maximum: 10_000) ?? "", category: try category(record),
      status: status, priority: try option(.priority, record, Priority.init(name:)),
      location: try location(record), address: try text(.address, record, maximum: 500),
      attributes: try attributes(record), createdAt: createdAt, updatedAt: updatedAt,
      // The status is what counts: an end has a time, and what goes on has none.
      closedAt: status.isEnded ? closedAt ?? updatedAt : nil, expectedBy: try time(.expectedBy, record))
  }

  private func category(_ record: CSVRecord) throws(RowError) -> ImportedCategory {
    let name = try required(.category, record, maximum: 200)
    guard let new = mapping.newCategories else {
      return ImportedCategory(slug: Slug.of(name), name: name, group: nil, department: nil)
    }
    var parts: [String?] = []
    for column in [new.group, new.department] {
      guard let column else {
        parts.append(nil)
        continue
      }
      parts.append(try value(column, record, maximum: 200))
    }
    return ImportedCategory(slug: Slug.of(name), name: name, group: parts[0], department: parts[1])
  }

  private func location(_ record: CSVRecord) throws(RowError) -> Coordinate? {
    guard let latitude = try text(.latitude, record, maximum: 40),
      let longitude = try text(.longitude, record, maximum: 40)
    else { return nil }
    guard let north = Double(latitude), let east = Double(longitude),
      let coordinate = Coordinate(latitude: north, longitude: east)
    else { throw RowError(sentence: "latitude and longitude are no place on Earth") }
    return mapping.unknownLocations.contains(coordinate) ? nil : coordinate
  }

  private func attributes(_ record: CSVRecord) throws(RowError) -> String {
    var members: [JSONObject.Member] = []
    for (name, column) in mapping.attributes {
      guard let value = try value(column, record, maximum: 5000) else { continue }
      members.append(.init(key: name, value: .string(value)))
    }
    var json = JSONWriter(capacity: 256)
    json.value(JSONValue.object(JSONObject(members: members)))
    return String(decoding: json.bytes, as: UTF8.self)
  }

  // MARK: One field

  private func time(_ field: ImportMapping.Field, _ record: CSVRecord) throws(RowError) -> ImportedTime? {
    guard let text = try text(field, record, maximum: 40) else { return nil }
    guard let time = ImportedTime(text) else {
      throw RowError(sentence: "\(field.rawValue) is no time of the form 2011-11-06 01:30:00")
    }
    return time
  }

  private func option<Value>(
    _ field: ImportMapping.Field, _ record: CSVRecord, _ make: (String) -> Value?
  ) throws(RowError) -> Value? {
    guard let word = try text(field, record, maximum: 200) else { return nil }
    guard let value = make(word) else { throw RowError(sentence: "\(field.rawValue) is a word that the mapping lacks") }
    return value
  }

  private func required(
    _ field: ImportMapping.Field, _ record: CSVRecord, maximum: Int
  ) throws(RowError) -> String {
    guard let text = try text(field, record, maximum: maximum) else {
      throw RowError(sentence: "\(field.rawValue) is missing")
    }
    return text
  }

  /// The field by its rule: the first column that is not blank, translated, or else the default.
  private func text(
    _ field: ImportMapping.Field, _ record: CSVRecord, maximum: Int
  ) throws(RowError) -> String? {
    guard let rule = mapping.rules[field] else { return nil }
    for column in rule.columns {
      guard let value = try value(column, record, maximum: maximum) else { continue }
      return rule.values[value] ?? (rule.values.isEmpty ? value : rule.fallback ?? value)
    }
    return rule.fallback
  }

  /// A column's text without white space around it; nil where it is blank.
  private func value(_ column: String, _ record: CSVRecord, maximum: Int) throws(RowError) -> String? {
    guard let index = columns[column] else { return nil }
    var bytes = record.field(index)
    while let first = bytes.first, first <= 0x20, first != 0 { bytes.removeFirst() }
    while let last = bytes.last, last <= 0x20, last != 0 { bytes.removeLast() }
    guard !bytes.isEmpty else { return nil }
    if bytes.contains(0) { throw RowError(sentence: "\(column) holds a NUL") }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw RowError(sentence: "\(column) is not UTF-8")
    }
    guard bytes.count <= maximum || text.unicodeScalars.count <= maximum else {
      throw RowError(sentence: "\(column) is longer than \(maximum) characters")
    }
    return text
  }
}
