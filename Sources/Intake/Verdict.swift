/// What became of one file.
public enum Verdict: Equatable, Sendable {
  /// Scanned without a finding; the clean bytes were written to the descriptors given.
  case clean(MediaFacts)
  /// Carries a signature of the database. The name is printable ASCII of at most 200 bytes.
  case infected(signature: String)
  /// Scanned without a finding, but nothing we keep.
  case unaccepted(Reason)

  /// Why a file is not accepted: a closed list, whose raw values are stable codes.
  public enum Reason: String, CaseIterable, Sendable {
    case empty
    case tooLarge = "too_large"
    case unacceptedType = "unaccepted_type"
    case brokenImage = "broken_image"
    case tooManyPixels = "too_many_pixels"
    case brokenDocument = "broken_document"
    case encrypted

    /// English wording that may be shown to the person who sent the file.
    public var description: String {
      switch self {
      case .empty: "The file is empty."
      case .tooLarge: "The file is too large."
      case .unacceptedType: "Only JPEG, PNG, WebP, HEIC and AVIF images and PDF documents are accepted."
      case .brokenImage: "The image is damaged or incomplete."
      case .tooManyPixels: "The image has too many pixels."
      case .brokenDocument: "The document is damaged."
      case .encrypted: "The file is encrypted or protected by a password."
      }
    }
  }
}

/// The kinds of file that leave the intake. HEIC and AVIF images leave as JPEG, which every browser shows.
public enum MediaType: String, CaseIterable, Sendable {
  case jpeg = "image/jpeg"
  case png = "image/png"
  case webp = "image/webp"
  case pdf = "application/pdf"

  /// Without a dot.
  public var fileExtension: String {
    switch self {
    case .jpeg: "jpg"
    case .png: "png"
    case .webp: "webp"
    case .pdf: "pdf"
    }
  }
}

/// What is known of the clean bytes, checked against the limits and the written files on our side of the sandbox.
public struct MediaFacts: Equatable, Sendable {
  public struct Dimensions: Equatable, Sendable {
    /// Pixels, 1 or more, orientation applied.
    public let width, height: Int

    package init(width: Int, height: Int) {
      self.width = width
      self.height = height
    }
  }

  /// Always a JPEG.
  public struct Thumbnail: Equatable, Sendable {
    public let byteCount: Int
    public let dimensions: Dimensions

    package init(byteCount: Int, dimensions: Dimensions) {
      self.byteCount = byteCount
      self.dimensions = dimensions
    }
  }

  public let mediaType: MediaType
  /// Size of the clean file, as the file system tells it.
  public let byteCount: Int
  /// `nil` for a document.
  public let dimensions: Dimensions?
  /// `nil` for a document.
  public let thumbnail: Thumbnail?

  public var fileExtension: String { mediaType.fileExtension }
  public var width: Int? { dimensions?.width }
  public var height: Int? { dimensions?.height }

  package init(mediaType: MediaType, byteCount: Int, dimensions: Dimensions?, thumbnail: Thumbnail?) {
    self.mediaType = mediaType
    self.byteCount = byteCount
    self.dimensions = dimensions
    self.thumbnail = thumbnail
  }
}

/// Nothing is known of the file: try again later, and give up some day. Never a reason to serve it.
public struct ScanError: Error, Equatable, CustomStringConvertible, CustomDebugStringConvertible {
  public enum Kind: String, CaseIterable, Sendable {
    /// No engine is loaded: see `Scanner.health`.
    case notReady = "not_ready"
    /// The wall clock or the processor time ran out.
    case timeout
    /// The child died, by itself or by the sandbox.
    case crash
    /// The file exceeds what the engine unpacks, so that some of it was not looked at.
    case limits
    /// The engine warned or failed: it fails open, so its "clean" means nothing.
    case engineWarning = "engine_warning"
    /// The sandbox, the clean copy, or the descriptors given could not be set up or written.
    case environment
    /// The child claimed what is not so.
    case implausible
  }

  public let kind: Kind
  let detail: String

  package init(_ kind: Kind, _ detail: String) {
    self.kind = kind
    self.detail = detail
  }

  /// Safe to show.
  public var description: String { "the file could not be checked" }
  /// For the log: carries messages of the engine and of the kernel, never contents or names of files.
  public var debugDescription: String { "\(kind.rawValue): \(detail)" }
}

/// Whether files can be inspected now; readiness follows it.
public enum ScannerHealth: Equatable, Sendable {
  /// - Parameters:
  ///   - signatures: how many are loaded.
  ///   - newest: when the newest official database was built, seconds since 1970; `nil` for local signatures.
  case ready(signatures: Int, newest: Int64?)
  /// The signature folder holds no (official) database.
  case missing
  /// The official database is older than `maximumSignatureAge`.
  case stale(newest: Int64)
  /// Loading, or the reason why not; for the log and the operator.
  case down(reason: String)

  public var isReady: Bool { if case .ready = self { true } else { false } }
}
