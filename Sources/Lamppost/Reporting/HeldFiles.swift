import Credentials
import FoundationEssentials
import Glibc
import JSON

/// Files that came with a form which is shown again. A browser cannot fill a file field in, so they wait in quarantine,
/// named by a field that nobody else can make; the sweeper removes what nobody sends for an hour.
struct HeldFiles: Sendable {
  let secret: Secret
  let quarantine: Quarantine

  /// - Parameter form: the form's own name: its idempotency key and township.
  func seal(_ files: [QuarantinedFile], form: String) -> String {
    var json = JSONWriter()
    json.array { list in
      for file in files {
        list.object { object in
          object.field("id", file.id.uuidString)
          object.field("bytes", file.bytes)
          object.field("sha256", Base64URL.encode(file.sha256.bytes))
          object.field("name", file.name)
        }
      }
    }
    return Base64URL.encode(json.bytes) + "." + Base64URL.encode(tag(json.bytes, form))
  }

  /// - Returns: the files, of which some may be gone by now; none where the text is not ours or of another form.
  func open(_ sealed: String, form: String) -> [QuarantinedFile] {
    let parts = sealed.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, let bytes = Base64URL.decode(String(parts[0])),
      let tag = Base64URL.decode(String(parts[1])), constantTimeEquals(tag, self.tag(bytes, form)),
      let list = try? JSONValue.parse(bytes).array
    else { return [] }
    return list.compactMap { item in
      guard let id = item["id"]?.string.flatMap({ UUID(uuidString: $0) }), let size = item["bytes"]?.integer,
        let sha256 = item["sha256"]?.string.flatMap({ Base64URL.decode($0) }).flatMap({ SHA256Digest(bytes: $0) })
      else { return nil }
      return QuarantinedFile(id: id, bytes: size, sha256: sha256, name: item["name"]?.string)
    }
  }

  func isThere(_ file: QuarantinedFile) -> Bool { access(quarantine.path(file.id), F_OK) == 0 }

  private func tag(_ bytes: [UInt8], _ form: String) -> [UInt8] {
    let message = Array("\(bytes.count):".utf8) + bytes + Array(form.utf8)
    return HMACSHA256.authenticate(message, key: secret.derive(label: "held files"))
  }
}
