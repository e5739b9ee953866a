public import FoundationEssentials

/// A value that writes itself as JSON. An enum with raw values gets it for free: `enum Status: String, JSONWritable`.
public protocol JSONWritable {
  /// Writes exactly one JSON value.
  func write(to json: inout JSONWriter)
}

/// JSON that was made elsewhere (a `jsonb` column, a cached answer) and goes out as it is.
public struct RawJSON: JSONWritable, Sendable, Equatable {
  public let bytes: [UInt8]

  /// - Parameter bytes: must be one valid JSON value in UTF-8. It is not checked: never what a stranger sent.
  public init(unsafeJSON bytes: [UInt8]) { self.bytes = bytes }

  public static let emptyObject = RawJSON(unsafeJSON: Array("{}".utf8))
  public static let emptyArray = RawJSON(unsafeJSON: Array("[]".utf8))

  public func write(to json: inout JSONWriter) { json.bytes.append(contentsOf: bytes) }
}

extension JSONWritable where Self: RawRepresentable, RawValue: JSONWritable {
  public func write(to json: inout JSONWriter) { rawValue.write(to: &json) }
}

extension Optional: JSONWritable where Wrapped: JSONWritable {
  public func write(to json: inout JSONWriter) {
    if let self { self.write(to: &json) } else { json.null() }
  }
}

extension Array: JSONWritable where Element: JSONWritable {
  public func write(to json: inout JSONWriter) {
    json.array { array in for element in self { array.element(element) } }
  }
}

extension Bool: JSONWritable {
  public func write(to json: inout JSONWriter) {
    json.bytes.append(contentsOf: self ? [0x74, 0x72, 0x75, 0x65] : [0x66, 0x61, 0x6C, 0x73, 0x65])
  }
}

extension Int: JSONWritable {
  public func write(to json: inout JSONWriter) { json.append(decimal: self) }
}

/// The shortest digits that read back as the same number; what JSON cannot say (NaN, infinity) becomes `null`.
extension Double: JSONWritable {
  public func write(to json: inout JSONWriter) {
    guard isFinite else { return json.null() }
    var text = description
    text.withUTF8 { json.bytes.append(contentsOf: $0) }
  }
}

/// RFC 3339 in UTC; see `RFC3339`.
extension Date: JSONWritable {
  public func write(to json: inout JSONWriter) {
    json.bytes.append(UInt8(ascii: "\""))
    RFC3339.append(self, to: &json.bytes)
    json.bytes.append(UInt8(ascii: "\""))
  }
}

extension JSONWriter {
  mutating func append(decimal number: Int) {
    guard number < 0 || number > 9 else { return bytes.append(UInt8(ascii: "0") + UInt8(number)) }
    // 19 digits and a sign hold Int.min.
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
      var start = digits.count
      var rest = number.magnitude
      repeat {
        start -= 1
        digits[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
        rest /= 10
      } while rest > 0
      if number < 0 {
        start -= 1
        digits[start] = UInt8(ascii: "-")
      }
      bytes.append(contentsOf: UnsafeBufferPointer(rebasing: digits[start...]))
    }
  }
}
