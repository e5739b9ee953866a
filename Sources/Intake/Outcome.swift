/// What a child says of its file: a verdict or an error, as bytes of its pipe.
///
/// The child has read a stranger's file, so its words are parsed as if the stranger spoke.
package enum Outcome: Equatable, Sendable {
  case verdict(Verdict)
  case failed(ScanError)

  /// Longest encoding, bytes.
  package static let limit = 1024

  package var encoded: [UInt8] {
    var bytes = WireWriter()
    switch self {
    case .verdict(.clean(let facts)):
      bytes.write(byte: 0)
      bytes.write(byte: UInt8(MediaType.allCases.firstIndex(of: facts.mediaType)!))
      bytes.write(facts.byteCount)
      bytes.write(facts.width ?? 0)
      bytes.write(facts.height ?? 0)
      bytes.write(facts.thumbnail?.byteCount ?? 0)
      bytes.write(facts.thumbnail?.dimensions.width ?? 0)
      bytes.write(facts.thumbnail?.dimensions.height ?? 0)
    case .verdict(.infected(let signature)):
      bytes.write(byte: 1)
      bytes.write(signature)
    case .verdict(.unaccepted(let reason)):
      bytes.write(byte: 2)
      bytes.write(byte: UInt8(Verdict.Reason.allCases.firstIndex(of: reason)!))
    case .failed(let error):
      bytes.write(byte: 3)
      bytes.write(byte: UInt8(ScanError.Kind.allCases.firstIndex(of: error.kind)!))
      bytes.write(error.detail)
    }
    return bytes.bytes
  }

  /// `nil` for anything but a whole and exact encoding.
  package init?(encoded: [UInt8]) {
    var bytes = WireReader(encoded)
    self.init(from: &bytes)
    guard bytes.isAtEnd else { return nil }
  }

  init?(from bytes: inout WireReader) {
    switch bytes.byte() {
    case 0:
      guard let facts = MediaFacts(from: &bytes) else { return nil }
      self = .verdict(.clean(facts))
    case 1:
      guard let signature = bytes.text(), !signature.isEmpty else { return nil }
      self = .verdict(.infected(signature: signature))
    case 2:
      guard let reason = bytes.element(of: Verdict.Reason.allCases) else { return nil }
      self = .verdict(.unaccepted(reason))
    case 3:
      guard let kind = bytes.element(of: ScanError.Kind.allCases), let detail = bytes.text() else { return nil }
      self = .failed(ScanError(kind, detail))
    default: return nil
    }
  }
}

extension MediaFacts {
  fileprivate init?(from bytes: inout WireReader) {
    guard let type = bytes.element(of: MediaType.allCases), let byteCount = bytes.integer(), byteCount > 0,
      let width = bytes.integer(), let height = bytes.integer(), let thumbnailBytes = bytes.integer(),
      let thumbnailWidth = bytes.integer(), let thumbnailHeight = bytes.integer()
    else { return nil }
    let image = [width, height, thumbnailBytes, thumbnailWidth, thumbnailHeight]
    guard image.allSatisfy({ type == .pdf ? $0 == 0 : $0 > 0 }) else { return nil }
    self.init(
      mediaType: type, byteCount: byteCount,
      dimensions: type == .pdf ? nil : Dimensions(width: width, height: height),
      thumbnail: type == .pdf
        ? nil
        : Thumbnail(
          byteCount: thumbnailBytes, dimensions: Dimensions(width: thumbnailWidth, height: thumbnailHeight)))
  }
}
