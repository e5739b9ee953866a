/// The rows of a CSV file, piece by piece: opened, inflated, split, read by the mapping.
struct ImportedRows: ~Copyable {
  private var file: ImportFile
  private var parser = CSVParser()
  private var reader: RowReader?
  private let mapping: ImportMapping
  private var isOpen = true

  /// - Throws: `ImportError` where the file cannot be opened.
  init(path: String, mapping: ImportMapping) throws(ImportError) {
    file = try ImportFile(path: path)
    self.mapping = mapping
  }

  /// How much of the file as it lies on disk is read, 0…1.
  var share: Double { file.share }

  /// Once the first line was read.
  var columnNames: [String]? { reader?.columnNames }

  /// The rows of the next piece of the file, which may be none; nil at its end.
  /// - Throws: `ImportError`, `CompressionError`, `CSVParser.RecordTooLong`.
  mutating func next() throws -> [(record: CSVRecord, row: Result<ImportedRow, RowError>)]? {
    guard isOpen else { return nil }
    var records: [CSVRecord] = []
    isOpen = try file.next { try parser.consume($0) { records.append($0) } }
    if !isOpen { try parser.finish { records.append($0) } }
    if reader == nil, !records.isEmpty { reader = try RowReader(mapping, header: records.removeFirst()) }
    guard let reader else {
      if isOpen { return [] }
      throw ImportError("The file is empty.")
    }
    return records.map { record in
      (record, Result { () throws(RowError) in try reader.row(record) })
    }
  }
}
