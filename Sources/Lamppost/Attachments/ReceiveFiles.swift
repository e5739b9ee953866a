import HTTPServer
import JSON

/// Reads a multipart body: one JSON part of a few fields, and files that go straight to quarantine.
struct ReceivedForm: Sendable {
  /// Text parts by name, e.g. `request` or `visibility`.
  let fields: [String: [UInt8]]
  let files: [QuarantinedFile]

  private static let fieldLimit = 256 << 10

  /// - Parameters:
  ///   - fieldNames: the text parts that are known; any other is refused.
  ///   - fileName: the name of the parts that are files.
  /// - Throws: `malformed_multipart`, `too_large`, `too_many_files`, `unknown_field`. Nothing is left in quarantine then.
  static func receive(
    _ request: Request, fields fieldNames: Set<String>, files fileName: String, maximumFiles: Int,
    into quarantine: Quarantine
  ) async throws -> ReceivedForm {
    var fields: [String: [UInt8]] = [:]
    var files: [QuarantinedFile] = []
    do {
      var reader = try request.multipart()
      var part = Part.none
      while let event = try await reader.nextEvent() {
        switch event {
        case .part(let headers) where headers.name == fileName:
          guard files.count < maximumFiles else {
            throw Problem(.tooManyFiles, "There must not be more than \(maximumFiles) files.")
          }
          part = .file(try quarantine.open(name: headers.filename))
        case .part(let headers):
          guard fieldNames.contains(headers.name) else {
            throw Problem.field(headers.name, .unknownField, "is not known here")
          }
          guard fields[headers.name] == nil else {
            throw Problem(.malformedMultipart, "The part \(headers.name) comes twice.")
          }
          fields[headers.name] = []
          part = .field(headers.name)
        case .data(let chunk):
          switch part {
          case .file(let writer): try writer.append(chunk)
          case .field(let name):
            fields[name]! += chunk
            if fields[name]!.count > fieldLimit { throw Problem(.tooLarge, "The part \(name) is too large.") }
          case .none: break
          }
        case .partEnd:
          if case .file(let writer) = part { files.append(try await writer.commit()) }
          part = .none
        case .end: break
        }
      }
    } catch {
      quarantine.discard(files)
      throw error
    }
    return ReceivedForm(fields: fields, files: files)
  }

  private enum Part {
    case none
    case field(String)
    case file(QuarantineWriter)
  }

  /// What identifies the files of the form, however its bytes were cut and bounded; nothing where there are none, as in
  /// a JSON call.
  var canonicalBytes: [UInt8] {
    if files.isEmpty { return [] }
    var json = JSONWriter()
    json.array { array in
      for file in files {
        array.object { object in
          object.field("name", file.name)
          object.field("sha256", file.sha256.hex)
        }
      }
    }
    return json.bytes
  }
}
