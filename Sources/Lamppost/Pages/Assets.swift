import FoundationEssentials
import Glibc
import HTTPServer
import JSON
import Localization

/// What browsers fetch beside the pages: scripts, styles and pictures under names that carry a digest of their content,
/// so that they may be kept for ever; and the catalogues that pages are translated by. Made by `Client/build.sh`, read
/// once at the start.
struct Assets: Sendable {
  /// The folder is not what `Client/build.sh` makes.
  struct Unreadable: Error, CustomStringConvertible {
    let description: String
  }

  private struct File: Sendable {
    let contentType: String
    let bytes: [UInt8]
    let gzip: [UInt8]?
    let brotli: [UInt8]?
  }

  /// By the name in `Client/`, e.g. `report.js`: the name with its digest.
  private let names: [String: String]
  private let files: [String: File]
  let catalogues: [Language: Catalogue]

  /// - Parameter folder: holds `manifest.json`, `static/` and `locales/`.
  /// - Throws: `Unreadable`.
  init(folder: String) throws {
    guard let manifest = Self.read(folder + "/manifest.json"), let json = try? JSONValue.parse(manifest).object else {
      throw Unreadable(description: "\(folder)/manifest.json cannot be read: Client/build.sh makes it")
    }
    var names: [String: String] = [:]
    var files: [String: File] = [:]
    for member in json.members {
      guard let name = member.value.string, let bytes = Self.read("\(folder)/static/\(name)") else {
        throw Unreadable(description: "\(folder)/static lacks the file of \(member.key)")
      }
      names[member.key] = name
      files[name] = File(
        contentType: Self.contentType(of: name), bytes: bytes, gzip: Self.read("\(folder)/static/\(name).gz"),
        brotli: Self.read("\(folder)/static/\(name).br"))
    }
    catalogues = try Self.readCatalogues(folder: folder)
    (self.names, self.files) = (names, files)
  }

  /// The catalogues alone, for what speaks without a page.
  static func readCatalogues(folder: String) throws -> [Language: Catalogue] {
    var catalogues: [Language: Catalogue] = [:]
    for language in Language.allCases {
      guard let text = Self.read("\(folder)/locales/\(language.rawValue).po") else { continue }
      do {
        catalogues[language] = try Catalogue(parsing: String(decoding: text, as: UTF8.self))
      } catch {
        throw Unreadable(description: "\(language.rawValue).po, \(error)")
      }
    }
    return catalogues
  }

  /// The address of a file.
  /// - Parameter name: as in `Client/`. A name that no page script has is a mistake of ours that every page test meets.
  func link(_ name: String) -> String {
    guard let hashed = names[name] else { preconditionFailure("there is no asset \(name)") }
    return Paths.asset(hashed)
  }

  /// The file as this caller takes it.
  func response(_ name: String, acceptEncoding: String) -> Response? {
    guard let file = files[name] else { return nil }
    let accepted = Set(
      acceptEncoding.split(separator: ",").compactMap { part -> Substring? in
        let pieces = part.split(separator: ";")
        if pieces.dropFirst().contains(where: { $0.filter { $0 != " " } == "q=0" }) { return nil }
        return pieces.first.map { $0.drop { $0 == " " } }
      })
    var response: Response
    if accepted.contains("br"), let brotli = file.brotli {
      response = Response(.ok, contentType: file.contentType, bytes: brotli)
      response.headers["Content-Encoding"] = "br"
    } else if accepted.contains("gzip"), let gzip = file.gzip {
      response = Response(.ok, contentType: file.contentType, bytes: gzip)
      response.headers["Content-Encoding"] = "gzip"
    } else {
      response = Response(.ok, contentType: file.contentType, bytes: file.bytes)
    }
    if file.gzip != nil { response.headers["Vary"] = "Accept-Encoding" }
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
  }

  /// Every name in `Client/` with its address.
  var links: [(name: String, link: String)] {
    names.map { ($0.key, Paths.asset($0.value)) }.sorted { $0.name < $1.name }
  }

  private static func contentType(of name: String) -> String {
    switch name.split(separator: ".").last {
    case "js": "text/javascript; charset=utf-8"
    case "css": "text/css; charset=utf-8"
    case "svg": "image/svg+xml"
    case "png": "image/png"
    case "ico": "image/x-icon"
    default: "application/octet-stream"
    }
  }

  private static func read(_ path: String) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0 { return nil }
      if count == 0 { return bytes }
      bytes += buffer[..<count]
    }
  }
}

enum AssetRoutes {
  static func file(_ request: Request, _ context: Context, _ name: String) async throws -> Response {
    let accepted = request.headers["Accept-Encoding"] ?? ""
    guard let response = context.application.assets.response(name, acceptEncoding: accepted) else {
      throw Problem.notFound
    }
    return response
  }

  /// Under one address for ever, since browsers look there for the next one; never from a cache for that reason.
  static func serviceWorker(_ request: Request, _ context: Context) async throws -> Response {
    let accepted = request.headers["Accept-Encoding"] ?? ""
    guard var response = context.application.assets.response("sw.js", acceptEncoding: accepted) else {
      throw Problem.notFound
    }
    response.headers["Cache-Control"] = "no-cache"
    // What the worker may fetch: it lives under the policy that it came with, not under that of a page.
    response.headers["Content-Security-Policy"] = "default-src 'none'; connect-src 'self'"
    return response
  }
}
