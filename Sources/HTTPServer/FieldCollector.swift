internal import CMicroHTTPD

/// Copies the header fields out of libmicrohttpd, with a look at every byte.
///
/// libmicrohttpd 0.9.75 appends a folded line to the *name* of its field, ends values at a NUL, drops fields without a
/// name and takes bare line feeds, all in silence. So the fields are summed up: a header of which one byte is not
/// accounted for by well-formed lines is refused.
struct FieldCollector {
  private var headers = Headers()
  private var isWellFormed = true
  private var bytes = 2

  /// - Parameter requestLine: bytes of the request line, its line end included.
  static func headers(of handle: OpaquePointer, requestLine: Int) throws(Refusal) -> Headers {
    var collector = FieldCollector()
    _ = withUnsafeMutablePointer(to: &collector) { collector in
      lamppost_mhd_request_headers(
        handle,
        { context, _, name, nameCount, value, valueCount in
          context!.assumingMemoryBound(to: FieldCollector.self).pointee.add(
            UnsafeRawBufferPointer(start: name, count: nameCount),
            UnsafeRawBufferPointer(start: value, count: valueCount))
          return lamppost_mhd_yes
        }, collector)
    }
    guard collector.isWellFormed, collector.bytes + requestLine == lamppost_mhd_header_size(handle) else {
      throw .fields
    }
    return collector.headers
  }

  private mutating func add(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
    // Both point into the line as it came: `name`, colon, spaces, `value`. A folded name was moved elsewhere.
    guard let start = name.baseAddress, let valueStart = value.baseAddress,
      case let gap = valueStart - start - name.count,
      (1...64 << 10).contains(gap), name.allSatisfy(isTokenByte),
      value.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == UInt8(ascii: "\t") })
    else {
      isWellFormed = false
      return
    }
    bytes += name.count + gap + value.count + 2
    let field = (String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self))
    guard let last = value.last, last == UInt8(ascii: " ") || last == UInt8(ascii: "\t") else {
      headers.add(field.0, field.1)
      return
    }
    // libmicrohttpd keeps the spaces, and so does not know "chunked " for chunked.
    if isSame(field.0, "Transfer-Encoding") { isWellFormed = false }
    headers.add(field.0, String(field.1.trimmingSpaces))
  }
}
