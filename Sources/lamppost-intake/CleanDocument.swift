internal import CQPDF
import Intake

/// A PDF without Info and XMP metadata, and without what acts by itself or hides beside the pages: scripts, actions on
/// opening, files within the file. Pages, form fields and links stay as they are.
enum CleanDocument {
  /// More objects than any document of the accepted size has reason to.
  private static let maximumObjects = 1_000_000

  static func write(_ bytes: UnsafeRawBufferPointer, to file: OutputFile) throws -> MediaFacts {
    var pdf: qpdf_data? = qpdf_init()
    defer { qpdf_cleanup(&pdf) }
    guard let document = pdf else { throw ScanError(.limits, "no memory for a document") }
    // Otherwise qpdf prints to standard error.
    qpdf_silence_errors(document)
    qpdf_set_suppress_warnings(document, 1)
    let read = qpdf_read_memory(
      document, "document", bytes.bindMemory(to: CChar.self).baseAddress, UInt64(bytes.count), nil)
    if failed(read) {
      let encrypted = qpdf_get_error_code(document, qpdf_get_error(document)) == qpdf_e_password
      throw Unaccepted(reason: encrypted ? .encrypted : .brokenDocument)
    }
    guard qpdf_is_encrypted(document) == 0 else { throw Unaccepted(reason: .encrypted) }
    guard qpdf_get_num_pages(document) > 0 else { throw Unaccepted(reason: .brokenDocument) }
    try strip(document)
    guard !failed(qpdf_init_write_memory(document)), !failed(qpdf_write(document)),
      let written = qpdf_get_buffer(document)
    else { throw Unaccepted(reason: .brokenDocument) }
    try file.write(UnsafeRawBufferPointer(start: written, count: Int(qpdf_get_buffer_length(document))))
    return MediaFacts(mediaType: .pdf, byteCount: file.byteCount, dimensions: nil, thumbnail: nil)
  }

  private static func strip(_ document: qpdf_data) throws {
    let (trailer, root) = (qpdf_get_trailer(document), qpdf_get_root(document))
    qpdf_oh_remove_key(document, trailer, "/Info")
    for key in ["/OpenAction", "/AF", "/Collection"] { qpdf_oh_remove_key(document, root, key) }
    let names = qpdf_oh_get_key(document, root, "/Names")
    if qpdf_oh_is_dictionary(document, names) != 0 {
      for key in ["/JavaScript", "/EmbeddedFiles"] { qpdf_oh_remove_key(document, names, key) }
    }
    // Any object may carry its own metadata: a page, an image, a font.
    let size = qpdf_oh_get_int_value_as_int(document, qpdf_oh_get_key(document, trailer, "/Size"))
    guard size <= maximumObjects else { throw Unaccepted(reason: .brokenDocument) }
    for number in 1..<max(size, 1) {
      let object = qpdf_get_object_by_id(document, number, 0)
      let dictionary = qpdf_oh_is_stream(document, object) != 0 ? qpdf_oh_get_dict(document, object) : object
      if qpdf_oh_is_dictionary(document, dictionary) != 0 {
        for key in ["/Metadata", "/PieceInfo", "/AA"] { qpdf_oh_remove_key(document, dictionary, key) }
      }
      if dictionary != object { qpdf_oh_release(document, dictionary) }
      qpdf_oh_release(document, object)
    }
  }

  private static func failed(_ result: QPDF_ERROR_CODE) -> Bool { result & QPDF_ERROR_CODE(QPDF_ERRORS) != 0 }
}
