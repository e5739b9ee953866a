import Credentials
import HTTPServer
import JSON

/// A form as a page posts it, its token checked before any handler sees it.
struct PageForm: Sendable {
  private let fields: [(name: String, value: String)]
  /// In quarantine. Discarded by `Handler` when the call fails.
  let files: [QuarantinedFile]

  static let tokenField = "csrf_token"
  private static let sizeLimit = 256 << 10
  /// Our largest form, the one of a bulk change, has some 600. As many as fit would be costly to look through.
  static let fieldLimit = 2_000

  /// The first value of a field, without outer white space; nil where it is missing or empty.
  subscript(_ name: String) -> String? {
    let text = fields.first { $0.name == name }?.value.trimmed ?? ""
    return text.isEmpty ? nil : text
  }

  /// A field as it was sent: for passwords.
  func raw(_ name: String) -> String? { fields.first { $0.name == name }?.value }

  /// Every value of a field that can be sent several times.
  func values(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }

  /// Every value by its field, each in the order they came.
  var valuesByName: [String: [String]] { Dictionary(grouping: fields, by: \.name).mapValues { $0.map(\.value) } }

  func has(_ name: String) -> Bool { fields.contains { $0.name == name } }

  /// Every field name, in the order they came.
  var names: [String] { fields.map(\.name) }

  /// For tests, and for forms that are shown with what is known.
  init(_ fields: [(name: String, value: String)], files: [QuarantinedFile] = []) {
    (self.fields, self.files) = (fields, files)
  }

  /// Reads a posted form, files straight to quarantine.
  /// - Parameter maximumFiles: 0 where the page takes none.
  /// - Throws: `unsupported_media_type`, `too_large`, `malformed_multipart`, `too_many_files`; nothing is left in quarantine
  ///   then.
  static func receive(_ request: Request, maximumFiles: Int, into quarantine: Quarantine) async throws -> PageForm {
    switch request.headers["Content-Type"]?.mediaType {
    case "application/x-www-form-urlencoded":
      let form = try await request.urlEncodedForm(upTo: sizeLimit)
      guard form.count <= fieldLimit else { throw Problem(.tooLarge, "The form has too many fields.") }
      return PageForm(form.map { ($0.name, $0.value) })
    case "multipart/form-data":
      return try await multipart(request, maximumFiles: maximumFiles, into: quarantine)
    default:
      throw Problem(.unsupportedMediaType, "A form was expected.")
    }
  }

  private static func multipart(
    _ request: Request, maximumFiles: Int, into quarantine: Quarantine
  ) async throws -> PageForm {
    var fields: [(name: String, value: [UInt8])] = []
    var files: [QuarantinedFile] = []
    var writer: QuarantineWriter?
    var isEmptyFile = false
    var size = 0
    do {
      var reader = try request.multipart()
      while let event = try await reader.nextEvent() {
        switch event {
        case .part(let headers) where headers.filename != nil:
          // A file field that nobody filled in arrives as a file without a name.
          isEmptyFile = headers.filename == ""
          if isEmptyFile { continue }
          guard files.count < maximumFiles else {
            throw Problem(.tooManyFiles, "There must not be more than \(maximumFiles) files.")
          }
          writer = try quarantine.open(name: headers.filename)
        case .part(let headers):
          fields.append((headers.name, []))
        case .data(let chunk):
          if isEmptyFile { continue }
          if let writer {
            try writer.append(chunk)
          } else {
            size += chunk.count
            if size > sizeLimit { throw Problem(.tooLarge, "The form is too large.") }
            fields[fields.count - 1].value += chunk
          }
        case .partEnd:
          if let file = writer { files.append(try await file.commit()) }
          (writer, isEmptyFile) = (nil, false)
        case .end: break
        }
      }
      return PageForm(try fields.map { ($0.name, try text($0.value)) }, files: files)
    } catch {
      quarantine.discard(files)
      throw error
    }
  }

  private static func text(_ bytes: [UInt8]) throws(Problem) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else { throw Problem(.invalidText) }
    return text
  }

  /// Holds the form to having come from one of our own pages.
  ///
  /// Somebody signed in proves it by the token. For everybody else there is nothing to steal but the way in itself: the
  /// browser says whether another site posts (Fetch Metadata, https://www.w3.org/TR/fetch-metadata/).
  /// - Throws: `csrf_token_required`.
  func check(_ request: Request, session: SessionToken?, sessions: SessionStore) throws(Problem) {
    if let site = request.headers["Sec-Fetch-Site"], site != "same-origin", site != "none" { throw Problem(.csrf) }
    guard let session else { return }
    let sent = Array((raw(Self.tokenField) ?? "").utf8)
    guard constantTimeEquals(sent, Array(sessions.csrfToken(for: session).utf8)) else { throw Problem(.csrf) }
  }
}
