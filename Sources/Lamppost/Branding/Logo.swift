import Credentials
import FoundationEssentials
import HTTPServer
import Intake
import JSON
import PostgreSQL

/// The name of a logo in its address: the digest of its bytes, so that it may be kept for ever.
struct LogoDigest: PathParameter, Sendable, Hashable {
  let digest: SHA256Digest

  init(_ digest: SHA256Digest) { self.digest = digest }

  /// Only small letters, so that each logo has one URL.
  init?(pathComponent: String) {
    let bytes = Array(pathComponent.utf8)
    func value(_ byte: UInt8) -> UInt8? {
      switch byte {
      case 0x30...0x39: byte - 0x30
      case 0x61...0x66: byte - 0x61 + 10
      default: nil
      }
    }
    guard bytes.count == 2 * SHA256Digest.byteCount else { return nil }
    let pairs = stride(from: 0, to: bytes.count, by: 2).compactMap { index in
      value(bytes[index]).flatMap { high in value(bytes[index + 1]).map { high << 4 | $0 } }
    }
    guard let digest = SHA256Digest(bytes: pairs) else { return nil }
    self.digest = digest
  }

  var pathComponent: String { digest.hex }
}

/// The logo that stands above the pages, as far as they need it.
struct WornLogo: Sendable, Equatable {
  let id: AttachmentID
  let digest: LogoDigest
  /// In pixels, for the shape alone: the style sheet says how large it is.
  let width: Int
  let height: Int

  /// A row of one text, or of nothing.
  static let column: SQL =
    "(SELECT concat_ws(' ', l.id, encode(l.stored_sha256, 'hex'), l.width, l.height) FROM logos l WHERE l.worn)"

  init?(_ text: String?) {
    let parts = (text ?? "").split(separator: " ").map(String.init)
    guard parts.count == 4, let id = AttachmentID(pathComponent: parts[0]),
      let digest = LogoDigest(pathComponent: parts[1]), let width = Int(parts[2]), let height = Int(parts[3])
    else { return nil }
    (self.id, self.digest, self.width, self.height) = (id, digest, width, height)
  }
}

/// A file that was sent to be the township's logo, as its administrators may know of it.
struct Logo: Sendable {
  let id: AttachmentID
  let state: AttachmentState
  let isWorn: Bool
  let fileName: String?
  let mediaType: String?
  let bytes: Int?
  let width: Int?
  let height: Int?
  let reason: String?
  let signature: String?
  let createdAt: Date
  let digest: LogoDigest?

  /// Of the file as it is received.
  static let mostBytes = 1_000_000
  /// Of the file as every page of the township brings it.
  static let mostStoredBytes = 200_000
  /// It stands 40 pixels high, three times as many on the finest screens, and may be four times as wide.
  static let edge = 480
  /// Those that can be brought back, the one that is worn among them.
  static let kept = 6
  /// Those that wait for their scan.
  static let mostWaiting = 3
  /// Why a clean one failed all the same: of its own bytes too many are left.
  static let tooHeavy = "too_heavy"
  /// Every code of `reason`.
  static let reasons = Verdict.Reason.allCases.map(\.rawValue) + [tooHeavy, "infected", "scan_failed"]

  static let columns: SQL = """
    l.id, l.state, l.worn, l.file_name, l.media_type, l.stored_bytes, l.width, l.height, l.reason, l.signature,
    l.created_at, l.stored_sha256
    """

  init(_ row: Row) throws {
    id = AttachmentID(try row.get(0))
    state = try row.word(1)
    isWorn = try row.get(2)
    fileName = try row.get(3)
    mediaType = try row.get(4)
    bytes = try row.get(5)
    width = try row.get(6)
    height = try row.get(7)
    reason = try row.get(8)
    signature = try row.get(9)
    createdAt = try row.get(10)
    digest = try row.get(11, as: [UInt8]?.self).flatMap(SHA256Digest.init(bytes:)).map(LogoDigest.init)
  }

  func write(to json: inout JSONObjectWriter) {
    json.field("id", id.pathComponent)
    json.field("state", state.rawValue)
    json.field("worn", isWorn)
    json.field("file_name", fileName)
    json.field("media_type", mediaType)
    json.field("bytes", bytes)
    json.field("width", width)
    json.field("height", height)
    json.field("reason", reason)
    json.field("signature", signature)
    json.field("created_at", createdAt)
    json.field("address", digest.map { Paths.logo($0) })
  }
}
