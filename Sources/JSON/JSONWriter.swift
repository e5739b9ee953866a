/// Writes RFC 8259 JSON straight into bytes, without Codable: the way of every response and every event.
///
///     var json = JSONWriter()
///     json.object { request in
///       request.field("reference", "7Q4K-2M9P")
///       request.object("location") { $0.field("latitude", 39.95); $0.field("longitude", -75.16) }
///       request.array("comments", comments)
///     }
///     return json.bytes
///
/// A writer takes exactly one value; commas and names belong to `JSONObjectWriter` and `JSONArrayWriter`.
public struct JSONWriter: Sendable {
  /// What is written so far, UTF-8.
  public internal(set) var bytes: [UInt8] = []

  /// - Parameter capacity: bytes to set aside at once; more are taken as needed.
  public init(capacity: Int = 1024) {
    bytes.reserveCapacity(capacity)
  }

  public mutating func value(_ value: some JSONWritable) {
    value.write(to: &self)
  }

  public mutating func null() {
    bytes.append(contentsOf: [0x6E, 0x75, 0x6C, 0x6C])
  }

  /// An object whose fields `body` writes. When `body` throws, what is written so far is no longer JSON.
  public mutating func object(_ body: (inout JSONObjectWriter) throws -> Void) rethrows {
    bytes.append(UInt8(ascii: "{"))
    var object = JSONObjectWriter(json: JSONWriter(taking: &bytes))
    defer { bytes = object.json.bytes }
    try body(&object)
    object.json.bytes.append(UInt8(ascii: "}"))
  }

  /// An array whose elements `body` writes. When `body` throws, what is written so far is no longer JSON.
  public mutating func array(_ body: (inout JSONArrayWriter) throws -> Void) rethrows {
    bytes.append(UInt8(ascii: "["))
    var array = JSONArrayWriter(json: JSONWriter(taking: &bytes))
    defer { bytes = array.json.bytes }
    try body(&array)
    array.json.bytes.append(UInt8(ascii: "]"))
  }

  /// Moves the bytes, so that there is one owner at a time and never a copy.
  private init(taking source: inout [UInt8]) {
    swap(&bytes, &source)
  }
}

/// The inside of an object: each call writes one field. Names are not checked for repetition.
public struct JSONObjectWriter: Sendable {
  var json: JSONWriter
  private var isEmpty = true

  init(json: JSONWriter) { self.json = json }

  /// A field; nil is written as `null`.
  public mutating func field(_ name: String, _ value: some JSONWritable) {
    writeName(name)
    value.write(to: &json)
  }

  /// A field whose value `body` writes; it must write exactly one.
  public mutating func field(_ name: String, _ body: (inout JSONWriter) throws -> Void) rethrows {
    writeName(name)
    try body(&json)
  }

  public mutating func object(_ name: String, _ body: (inout JSONObjectWriter) throws -> Void) rethrows {
    writeName(name)
    try json.object(body)
  }

  public mutating func array(_ name: String, _ body: (inout JSONArrayWriter) throws -> Void) rethrows {
    writeName(name)
    try json.array(body)
  }

  public mutating func array(_ name: String, _ elements: some Sequence<some JSONWritable>) {
    writeName(name)
    json.array { array in for element in elements { array.element(element) } }
  }

  private mutating func writeName(_ name: String) {
    if !isEmpty { json.bytes.append(UInt8(ascii: ",")) }
    isEmpty = false
    name.write(to: &json)
    json.bytes.append(UInt8(ascii: ":"))
  }
}

/// The inside of an array: each call writes one element.
public struct JSONArrayWriter: Sendable {
  var json: JSONWriter
  private var isEmpty = true

  init(json: JSONWriter) { self.json = json }

  public mutating func element(_ value: some JSONWritable) {
    writeComma()
    value.write(to: &json)
  }

  public mutating func object(_ body: (inout JSONObjectWriter) throws -> Void) rethrows {
    writeComma()
    try json.object(body)
  }

  public mutating func array(_ body: (inout JSONArrayWriter) throws -> Void) rethrows {
    writeComma()
    try json.array(body)
  }

  private mutating func writeComma() {
    if !isEmpty { json.bytes.append(UInt8(ascii: ",")) }
    isEmpty = false
  }
}
