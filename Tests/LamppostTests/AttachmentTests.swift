import FoundationEssentials
import Glibc
import JSON
import Testing

@testable import Lamppost

@Suite struct AttachmentTests {
  /// Sends files with a new report.
  private func send(_ town: Township, _ files: [(name: String, bytes: [UInt8])]) async throws -> Client.Answer {
    try await town.anonymous.upload(
      "/api/v1/requests",
      fields: [("request", #"{"title":"Lamp","category":"pothole","location":null,"anonymous":true}"#)],
      files: files.map { ("files", $0.name, $0.bytes) })
  }

  private func quarantined(_ town: Township, _ id: String) -> Bool {
    access(town.installation.uploads + "/quarantine/" + id, F_OK) == 0
  }

  @Test("a photo is nobody's to see before its scan, and everybody's after it, without what it told of its sender")
  func photo() async throws {
    let town = try await Township()
    let photo = try Samples.photo()
    #expect(photo.contains(sequence: Array("Exif".utf8)))
    let answer = try await send(town, [("IMG_1.jpg", photo)])
    #expect(answer.status == 201, "\(answer.text)")
    let id = try #require(answer["attachments"]?.array?.first?["id"]?.string)
    #expect(answer["attachments"]?.array?.first?["state"]?.string == "quarantined")
    let holder = town.holder(of: try #require(answer["tracking_code"]?.string))
    #expect(try await holder.get("/api/v1/attachments/\(id)/content").code == "not_scanned")
    #expect(try await town.anonymous.get("/api/v1/attachments/\(id)/content").status == 409)
    try await town.runJobs()
    let content = try await town.anonymous.get("/api/v1/attachments/\(id)/content")
    #expect(content.status == 200 && content.headers["Content-Type"] == "image/jpeg")
    #expect(content.headers["X-Content-Type-Options"] == "nosniff")
    #expect(content.headers["Content-Security-Policy"]?.contains("sandbox") == true)
    #expect(content.bytes.starts(with: [0xFF, 0xD8]) && !content.bytes.contains(sequence: Array("Exif".utf8)))
    let thumbnail = try await town.anonymous.get("/api/v1/attachments/\(id)/thumbnail")
    #expect(thumbnail.status == 200 && thumbnail.bytes.count < content.bytes.count)
    #expect(!quarantined(town, id))
    let request = try await town.anonymous.get("/api/v1/requests/\(answer["reference"]?.string ?? "")")
    #expect(request["attachments"]?.array?.count == 1)
  }

  @Test("an infected file is deleted, never served, and its signature is for staff")
  func infected() async throws {
    let town = try await Township()
    let answer = try await send(town, [("holiday.jpg", Samples.eicar)])
    let id = try #require(answer["attachments"]?.array?.first?["id"]?.string)
    try await town.runJobs()
    let holder = town.holder(of: try #require(answer["tracking_code"]?.string))
    let seen = try await holder.get("/api/v1/attachments/\(id)")
    #expect(seen["state"]?.string == "infected" && seen["signature"] == nil)
    #expect(try await holder.get("/api/v1/attachments/\(id)/content").status == 410)
    let viewer = try await town.somebody(.viewer)
    #expect(try await viewer.get("/api/v1/attachments/\(id)")["signature"]?.string?.contains("Eicar") == true)
    let history = try await viewer.get("/api/v1/requests/\(answer["reference"]?.string ?? "")/history").items
    #expect(history.contains { $0["after"]?.string == "infected" && $0["visibility"]?.string == "internal" })
    #expect(!quarantined(town, id))
    #expect(access(town.installation.uploads + "/store/\(town.id)/\(id)", F_OK) != 0)
  }

  @Test("what is no accepted kind is taken in and then failed, whatever its name says")
  func unaccepted() async throws {
    let town = try await Township()
    let answer = try await send(town, [("photo.jpg", Array("#!/bin/sh\necho hi\n".utf8)), ("empty.png", [])])
    #expect(answer.status == 201)
    try await town.runJobs()
    let holder = town.holder(of: try #require(answer["tracking_code"]?.string))
    for attachment in answer["attachments"]?.array ?? [] {
      let seen = try await holder.get("/api/v1/attachments/\(attachment["id"]?.string ?? "")")
      #expect(seen["state"]?.string == "failed" && seen["reason"]?.string != nil)
    }
  }

  @Test("too many or too large files are refused and nothing stays in quarantine")
  func limits() async throws {
    let town = try await Township()
    // Other tests use the same quarantine: what is ours begins with a word of our own.
    let mark = Array(UUID().uuidString.utf8)
    let large = try await send(town, [("a.jpg", mark), ("b.jpg", mark + [UInt8](repeating: 7, count: 1 << 20))])
    #expect(large.status == 413 && large.code == "too_large")
    let many = try await send(town, (0..<4).map { ("\($0).jpg", mark + [UInt8($0)]) })
    #expect(many.status == 413 && many.code == "too_many_files")
    let bad = try await town.anonymous.upload(
      "/api/v1/requests", fields: [("request", #"{"title":"x","category":"ufo","location":null}"#)],
      files: [("files", "a.jpg", mark)])
    #expect(bad.code == "unknown_category")
    let stray = try await town.anonymous.upload(
      "/api/v1/requests", fields: [("request", "{}"), ("extra", "1")], files: [("files", "a.jpg", mark)])
    #expect(stray.status == 422)
    let without = try await town.anonymous.upload("/api/v1/requests", files: [("files", "a.jpg", mark)])
    #expect(without.fields == ["request": "required"])
    #expect(files(town, beginningWith: mark) == [])
    #expect(try await town.database.read("SELECT 1 FROM requests WHERE tenant_id = \(town.id)").isEmpty)
    // The same look finds one that was taken.
    #expect(try await send(town, [("a.jpg", mark)]).status == 201)
    #expect(files(town, beginningWith: mark).count == 1)
  }

  /// Names of files in quarantine.
  private func files(_ town: Township, beginningWith mark: [UInt8]) -> [String] {
    let folder = town.installation.uploads + "/quarantine"
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      let descriptor = open(folder + "/" + name, O_RDONLY)
      if descriptor < 0 { continue }
      defer { close(descriptor) }
      var bytes = [UInt8](repeating: 0, count: mark.count)
      if read(descriptor, &bytes, bytes.count) == bytes.count, bytes == mark { names.append(name) }
    }
    return names
  }

  @Test("a document is for the reporter and the staff, never public")
  func documents() async throws {
    let town = try await Township()
    let answer = try await send(town, [("plan.pdf", Samples.pdf)])
    let id = try #require(answer["attachments"]?.array?.first?["id"]?.string)
    try await town.runJobs()
    #expect(try await town.anonymous.get("/api/v1/attachments/\(id)").status == 404)
    let holder = town.holder(of: try #require(answer["tracking_code"]?.string))
    let content = try await holder.get("/api/v1/attachments/\(id)/content")
    #expect(content.status == 200, "\(content.text)")
    #expect(content.headers["Content-Disposition"]?.hasPrefix("attachment") == true)
  }

  @Test("a retry with the same key sends the files again and keeps one of them")
  func retry() async throws {
    let town = try await Township()
    let client = town.anonymous.with("Idempotency-Key", UUID().uuidString)
    func post(_ bytes: [UInt8]) async throws -> Client.Answer {
      try await client.upload(
        "/api/v1/requests", fields: [("request", #"{"title":"Lamp","category":"pothole","location":null}"#)],
        files: [("files", "a.jpg", bytes)])
    }
    let first = try await post([1, 2, 3])
    #expect(try await post([1, 2, 3]).bytes == first.bytes)
    #expect(try await post([1, 2, 4]).code == "idempotency_conflict")
    #expect(try await town.database.read("SELECT 1 FROM attachments WHERE tenant_id = \(town.id)").count == 1)
  }

  @Test("an upload sent again with its key is one upload")
  func uploadRetry() async throws {
    let town = try await Township()
    let (reference, code) = try await town.report()
    let holder = town.holder(of: try #require(code)).with("Idempotency-Key", UUID().uuidString)
    func send(_ byte: UInt8) async throws -> Client.Answer {
      try await holder.upload("/api/v1/requests/\(reference)/attachments", files: [("file", "a.jpg", [byte])])
    }
    let first = try await send(1)
    #expect(first.status == 202)
    #expect(try await send(1).bytes == first.bytes)
    #expect(try await send(2).code == "idempotency_conflict")
    #expect(try await town.database.read("SELECT 1 FROM attachments WHERE tenant_id = \(town.id)").count == 1)
  }

  @Test("a file whose bytes are lost is given up after its attempts, not tried for ever")
  func lostBytes() async throws {
    let town = try await Township()
    let (reference, code) = try await town.report()
    let answer = try await town.holder(of: try #require(code)).upload(
      "/api/v1/requests/\(reference)/attachments", files: [("file", "a.jpg", [1])])
    let id = try #require(answer["id"]?.string)
    try await town.runJobs()
    _ = try await town.database.write(
      "UPDATE attachments SET state = 'quarantined', reason = NULL WHERE tenant_id = \(town.id)")
    _ = try await town.database.write(
      """
      INSERT INTO jobs (tenant_id, kind, subject, faults)
      VALUES (\(town.id), 'scan_attachment', \(id), \(FileScan.attempts))
      """)
    try await town.runJobs()
    let seen = try await town.somebody(.viewer).get("/api/v1/attachments/\(id)")
    #expect(seen["state"]?.string == "failed" && seen["reason"]?.string == "scan_failed")
  }

  @Test("the reporter and the staff add files later; a stranger's are refused unread")
  func later() async throws {
    let town = try await Township()
    let (reference, code) = try await town.report()
    let path = "/api/v1/requests/\(reference)/attachments"
    let file = [(part: "file", name: "a.jpg", bytes: [UInt8](repeating: 1, count: 9))]
    let holder = town.holder(of: try #require(code))
    let added = try await holder.upload(path, files: file)
    #expect(added.status == 202 && added["state"]?.string == "quarantined")
    #expect(try await holder.upload(path, fields: [("visibility", "internal")], files: file).status == 403)
    #expect(try await town.anonymous.upload(path, files: file).status == 401)
    let agent = try await town.somebody(.agent)
    #expect(try await agent.upload(path, fields: [("visibility", "internal")], files: file).status == 202)
    #expect(try await agent.upload(path, fields: [("visibility", "secret")], files: file).status == 422)
    #expect(try await agent.upload(path, files: []).fields == ["file": "required"])
    // The internal file is not the reporter's to know of.
    #expect(try await holder.get("/api/v1/requests/\(reference)")["attachments"]?.array?.count == 1)
    #expect(try await agent.get("/api/v1/requests/\(reference)")["attachments"]?.array?.count == 2)
  }

  @Test("a worker that died in the middle costs a retry, an upload that died leaves nothing")
  func sweeping() async throws {
    let town = try await Township()
    let photo = try Samples.photo()
    let answer = try await send(town, [("a.jpg", photo)])
    let id = try #require(answer["attachments"]?.array?.first?["id"]?.string.flatMap { UUID(uuidString: $0) })
    try await town.runJobs()
    let quarantine = town.installation.uploads + "/quarantine/"
    // As a worker leaves it that dies after taking the job: the row scanning, the bytes there, no job.
    try Installation.write(photo, to: quarantine + id.uuidString.lowercased())
    _ = try await town.database.write(
      "UPDATE attachments SET state = 'scanning', created_at = now() - interval '5 minutes' WHERE id = \(id)")
    let orphan = quarantine + UUID().uuidString.lowercased()
    for path in [orphan, orphan + ".part"] {
      try Installation.write("left behind", to: path)
      var times = [timespec(tv_sec: 1, tv_nsec: 0), timespec(tv_sec: 1, tv_nsec: 0)]
      utimensat(AT_FDCWD, path, &times, 0)
    }
    let sweep = SweepUploads(
      database: town.installation.queue.database, files: FileStore(root: town.installation.uploads),
      folder: town.installation.uploads + "/quarantine")
    try await sweep.quarantine()
    #expect(access(orphan, F_OK) != 0 && access(orphan + ".part", F_OK) != 0)
    try await town.runJobs()
    let state = try await town.database.read("SELECT state FROM attachments WHERE id = \(id)").first!.get(
      0, as: String.self)
    #expect(state == "clean")
  }

  @Test("a job that ran to its verdict and died before saying so is finished, not run again")
  func twice() async throws {
    let town = try await Township()
    let answer = try await send(town, [("a.jpg", try Samples.photo())])
    let id = try #require(answer["attachments"]?.array?.first?["id"]?.string)
    try await town.runJobs()
    _ = try await town.database.write(
      "INSERT INTO jobs (tenant_id, kind, subject) VALUES (\(town.id), 'scan_attachment', \(id))")
    try await town.runJobs()
    #expect(try await town.database.read("SELECT 1 FROM jobs WHERE tenant_id = \(town.id)").isEmpty)
    #expect(try await town.anonymous.get("/api/v1/attachments/\(id)/content").status == 200)
  }
}

extension Samples {
  /// A small JPEG with EXIF, drawn by the real library's own tool.
  static func photo() throws -> [UInt8] {
    let path = "/var/tmp/lamppost-sample-\(UUID().uuidString).jpg"
    defer { unlink(path) }
    let steps = """
      vips gaussnoise \(path).v 1200 900 --sigma 30 --mean 128 && vips cast \(path).v \(path).u.v uchar &&
      vips jpegsave \(path).u.v \(path); rm -f \(path).v \(path).u.v
      """
    guard system(steps) == 0 else { throw FileError(operation: "vips (libvips-tools)", code: ENOENT) }
    let jpeg = try OpenSample.read(path)
    // An APP1 segment with an empty EXIF block behind the start of the image.
    let exif: [UInt8] = Array("Exif\0\0II".utf8) + [42, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    return jpeg.prefix(2) + [0xFF, 0xE1, 0, UInt8(exif.count + 2)] + exif + jpeg.dropFirst(2)
  }

  /// One empty page.
  static let pdf = Array(
    """
    %PDF-1.4
    1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
    2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
    3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 72]>>endobj
    trailer<</Root 1 0 R>>
    %%EOF

    """.utf8)
}

enum OpenSample {
  static func read(_ path: String) throws -> [UInt8] {
    let descriptor = open(path, O_RDONLY)
    guard descriptor >= 0 else { throw FileError(operation: "open", code: errno) }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = Glibc.read(descriptor, &bytes, bytes.count)
    return Array(bytes.prefix(max(0, count)))
  }
}

extension Array<UInt8> {
  func contains(sequence: [UInt8]) -> Bool {
    guard count >= sequence.count else { return false }
    return (0...(count - sequence.count)).contains { self[$0..<($0 + sequence.count)].elementsEqual(sequence) }
  }
}
