internal import CMagic
import Intake

/// The accepted types, told by the bytes alone.
enum FileType: Equatable {
  case jpeg, png, webp, heif, pdf
}

/// libmagic with its database loaded, in the warm parent.
final class FileTypes {
  private let handle: magic_t

  init() throws(ScanError) {
    // Only the table of patterns: none of the built-in readers of text, archives and documents.
    let flags =
      MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS | MAGIC_NO_CHECK_TAR | MAGIC_NO_CHECK_APPTYPE | MAGIC_NO_CHECK_ELF
      | MAGIC_NO_CHECK_TEXT | MAGIC_NO_CHECK_CDF | MAGIC_NO_CHECK_CSV | MAGIC_NO_CHECK_TOKENS | MAGIC_NO_CHECK_ENCODING
      | MAGIC_NO_CHECK_JSON
    guard let handle = magic_open(flags) else { throw ScanError(.environment, "no memory for libmagic") }
    self.handle = handle
    guard magic_load(handle, nil) == 0 else { throw ScanError(.environment, "libmagic has no database") }
  }

  deinit { magic_close(handle) }

  /// `nil` for a type that is not accepted.
  func type(of bytes: UnsafeRawBufferPointer) -> FileType? {
    guard let name = magic_buffer(handle, bytes.baseAddress, bytes.count) else { return nil }
    return switch String(cString: name) {
    case "image/jpeg": .jpeg
    // An animated PNG shows its first frame.
    case "image/png", "image/apng", "image/vnd.mozilla.apng": .png
    case "image/webp": .webp
    case "image/heic", "image/heif", "image/avif": .heif
    case "application/pdf": .pdf
    default: nil
    }
  }
}
