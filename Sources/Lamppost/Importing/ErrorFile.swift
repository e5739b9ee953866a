import Glibc

/// Where rows go that could not be imported: CSV with the columns `line` and `error` before the file's own, so that it
/// can be mended and imported by the same mapping.
struct ErrorFile: ~Copyable {
  private let descriptor: Int32
  private var buffer: [UInt8] = []

  /// - Throws: `ImportError` where the file cannot be written.
  init(path: String) throws(ImportError) {
    descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw ImportError("\(path) cannot be written: \(String(cString: strerror(errno)))") }
  }

  deinit { close(descriptor) }

  mutating func begin(header: [String]) throws(ImportError) {
    append((["line", "error"] + header).map { Array($0.utf8)[...] })
    try flush()
  }

  mutating func add(_ record: CSVRecord, _ error: String) throws(ImportError) {
    let fields = (0..<record.count).map(record.field)
    append([Array(String(record.line).utf8)[...], Array(error.utf8)[...]] + fields)
    if buffer.count > 1 << 16 { try flush() }
  }

  private mutating func append(_ fields: [ArraySlice<UInt8>]) {
    for (index, field) in fields.enumerated() {
      if index > 0 { buffer.append(UInt8(ascii: ",")) }
      // Quoted whenever it could be needed.
      guard field.contains(where: { $0 < 0x20 || $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") }) else {
        buffer += field
        continue
      }
      buffer.append(UInt8(ascii: "\""))
      for byte in field {
        if byte == UInt8(ascii: "\"") { buffer.append(byte) }
        buffer.append(byte)
      }
      buffer.append(UInt8(ascii: "\""))
    }
    buffer += [UInt8(ascii: "\r"), UInt8(ascii: "\n")]
  }

  mutating func flush() throws(ImportError) {
    var rest = buffer[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else {
        throw ImportError("The file of errors cannot be written: \(String(cString: strerror(errno)))")
      }
      rest = rest.dropFirst(count)
    }
    buffer.removeAll(keepingCapacity: true)
  }
}

/// What becomes of rows with errors: all of them go to a file where one is named, else the first few are shown.
final class RowErrors {
  private static let shown = 10

  private let path: String?
  private var file: ErrorFile?
  private var count = 0

  /// - Throws: `ImportError` where the file cannot be written.
  init(path: String?) throws(ImportError) {
    self.path = path
    if let path { file = try ErrorFile(path: path) }
  }

  func add(_ record: CSVRecord, _ error: String, columns: [String]) throws(ImportError) {
    count += 1
    if path != nil {
      if count == 1 { try file?.begin(header: columns) }
      try file?.add(record, error)
    } else if count <= Self.shown {
      Command.complain("line \(record.line): \(error)")
    }
  }

  func finish() throws(ImportError) { try file?.flush() }

  /// Where to look, as the end of a sentence.
  var place: String {
    guard let path, count > 0 else { return count > Self.shown ? " (the first \(Self.shown) are above)" : "" }
    return " (see \(path))"
  }
}
