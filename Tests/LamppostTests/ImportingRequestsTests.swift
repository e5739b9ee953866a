import Civic
import FoundationEssentials
import JSON
import PostgreSQL
import Testing

@testable import Lamppost

@Suite("Importing requests")
struct ImportingRequestsTests {
  private static let mapping = """
    {"source": "old", "time_zone": "America/New_York",
     "fields": {"source_id": "id", "title": "title", "category": "type", "created_at": "opened", "closed_at": "closed",
                "latitude": "lat", "longitude": "lon",
                "status": {"column": "state", "values": {"O": "submitted", "C": "closed"}},
                "priority": {"column": "rank", "values": {"1": "urgent"}, "default": "low"}},
     "create_categories": {"group": "group", "department": "dept"}, "unknown_location": [[42.3594, -71.0587]],
     "attributes": {"ward": "ward"}}
    """
  private static let header = "id,title,type,opened,closed,lat,lon,state,rank,group,dept,ward\n"

  private func row(
    _ id: String, title: String = "Lamp", opened: String = "2011-07-01 10:00:00", closed: String = "",
    at place: String = "42.36,-71.06", state: String = "O"
  ) -> String {
    "\(id),\(title),Street Lights,\(opened),\(closed),\(place),\(state),1,Lights,Public Works,Ward 3\n"
  }

  private func file(_ text: String) throws -> String {
    let path = "/var/tmp/lamppost-import-\(UUID().uuidString)"
    try Installation.write(text, to: path)
    return path
  }

  private func importing(_ town: Township, _ mapping: String = mapping) throws -> ImportRequests {
    ImportRequests(
      database: town.installation.admin, tenantID: town.id,
      mapping: try ImportMapping(parsing: Array(mapping.utf8)))
  }

  @Test("a row becomes a request with its category, department, times, history and place on the map")
  func whole() async throws {
    let town = try await Township()
    let rows = row("1", closed: "2011-07-02 12:00:00", state: "C") + row("2", at: "42.3594,-71.0587")
    let figures = try await importing(town)(file(Self.header + rows))
    #expect(figures.added == 2 && figures.errors == 0 && figures.newCategories == 1)
    let found = try await town.database.read(
      """
      SELECT r.source_id, r.status, r.priority, r.created_at, r.closed_at, r.location IS NULL, r.attributes->>'ward',
             c.slug, c.group_name, d.name FROM requests r
        JOIN categories c ON c.tenant_id = r.tenant_id AND c.id = r.category_id
        JOIN departments d ON d.tenant_id = r.tenant_id AND d.id = r.department_id
       WHERE r.tenant_id = \(town.id) ORDER BY r.source_id
      """)
    #expect(try found[0].get(1, as: String.self) == "closed" && found[1].get(1, as: String.self) == "submitted")
    #expect(try found[0].get(2, as: Int.self) == Int(Priority.urgent.rawValue))
    #expect(try found[0].get(3, as: Date.self) == RFC3339.parse("2011-07-01T14:00:00Z"))
    #expect(try found[0].get(4, as: Date?.self) == RFC3339.parse("2011-07-02T16:00:00Z"))
    #expect(try !found[0].get(5, as: Bool.self) && found[1].get(5, as: Bool.self))
    #expect(try found[0].get(6, as: String.self) == "Ward 3" && found[0].get(7, as: String.self) == "street-lights")
    #expect(try found[0].get(8, as: String.self) == "Lights" && found[0].get(9, as: String.self) == "Public Works")
    let events = try await town.database.read(
      """
      SELECT e.kind, e.visibility, e.at = r.created_at FROM request_events e
        JOIN requests r ON r.tenant_id = e.tenant_id AND r.id = e.request_id
       WHERE e.tenant_id = \(town.id) AND r.source_id = '1' ORDER BY e.sequence
      """)
    #expect(try events.map { try $0.get(0, as: String.self) } == ["created", "imported"])
    #expect(try events.map { try $0.get(1, as: String.self) } == ["public", "internal"])
    #expect(try events[0].get(2, as: Bool.self))
    let counted = try await town.database.read(
      "SELECT sum(count)::int FROM map_counts WHERE tenant_id = \(town.id) AND level = 18")
    #expect(try counted.first?.get(0, as: Int?.self) == 1)
    #expect(try await town.anonymous.get("/api/v1/requests").items.count == 2)
  }

  @Test("the hour that does not exist and the hour that is there twice become instants")
  func clockChanges() async throws {
    let town = try await Township()
    let rows =
      row("gap", opened: "2011-03-13 02:30:00") + row("twice", opened: "2011-11-06 01:30:00")
      + row("offset", opened: "2011-11-06T01:30:00-04:00")
    _ = try await importing(town)(file(Self.header + rows))
    let times = try await town.database.read(
      "SELECT created_at FROM requests WHERE tenant_id = \(town.id) ORDER BY source_id"
    ).map { RFC3339.format(try $0.get(0, as: Date.self)) }
    #expect(times == ["2011-03-13T07:30:00Z", "2011-11-06T05:30:00Z", "2011-11-06T06:30:00Z"])
  }

  @Test("rows with errors go to the file of errors, the others are kept, and the mended file adds the rest")
  func errors() async throws {
    let town = try await Township()
    let long = String(repeating: "x", count: 201)
    let text =
      Self.header + row("1") + row("2", title: "") + row("3", title: long) + row("4", opened: "2011-02-30 00:00:00")
      + row("5", at: "95,-71") + row("6", at: "nan,-71") + row("7", state: "?") + "8,too,short\n"
      + row("9", title: "a\u{0}b") + row("10", title: "\"with \"\"quotes\"\", and\nlines\"") + row("1")
    let errorPath = "/var/tmp/lamppost-import-\(UUID().uuidString)"
    let errors = try RowErrors(path: errorPath)
    var importing = try importing(town)
    importing.refuse = { try errors.add($0, $1, columns: $2) }
    let figures = try await importing(file(text))
    try errors.finish()
    #expect(figures.rows == 11 && figures.added == 2 && figures.present == 1 && figures.errors == 8)
    let told = try ImportFile.contents(of: errorPath, limit: 1 << 20)
    let lines = String(decoding: told, as: UTF8.self).split(separator: "\r\n")
    #expect(lines.count == 9 && lines[0].hasPrefix("line,error,id,title"))
    #expect(lines[1].hasPrefix("3,title is missing,2,") && lines[7].hasPrefix("9,3 fields instead of 12,8,too,short"))
    let mended = lines[0] + "\n" + lines[1].replacing(",2,,Street", with: ",2,Mended,Street") + "\n"
    #expect(try await self.importing(town)(file(String(mended))).added == 1)
  }

  @Test("a second run adds nothing, and a run that was stopped or cancelled is taken up where it ended")
  func restart() async throws {
    let town = try await Township()
    let path = try file(Self.header + (0..<3000).map { row("\($0)", title: "Lamp \($0)") }.joined())
    var first = try importing(town)
    first.batchSize = 100
    var asked = 0
    first.shouldStop = {
      asked += 1
      return asked > 4
    }
    let begun = try await first(path)
    #expect(begun.added > 0 && begun.added < 3000)
    let second = try importing(town)
    let database = town.installation.admin
    let (tenant, mapping) = (town.id, second.mapping)
    let cancelled = Task {
      var importing = ImportRequests(database: database, tenantID: tenant, mapping: mapping)
      importing.batchSize = 100
      importing.progress = { figures in
        if figures.share > 0.7 { withUnsafeCurrentTask { $0?.cancel() } }
      }
      return try await importing(path)
    }
    #expect(await cancelled.result.isFailure)
    let last = try await second(path)
    #expect(last.rows == 3000 && last.present >= begun.added && last.added + last.present == 3000)
    #expect(try await importing(town)(path).added == 0)
    let counts = try await town.database.read(
      """
      SELECT count(*), count(DISTINCT reference), (SELECT count(*) FROM request_events WHERE tenant_id = \(town.id)),
             (SELECT sum(count) FROM map_counts WHERE tenant_id = \(town.id) AND level = 18)::int
        FROM requests WHERE tenant_id = \(town.id)
      """)
    let (requests, references, events, counted) = try counts[0].decode(Int.self, Int.self, Int.self, Int.self)
    #expect(requests == 3000 && references == 3000 && events == 6000 && counted == 3000)
  }

  @Test("without leave to make categories, an unknown one is an error of its row")
  func unknownCategory() async throws {
    let town = try await Township()
    let mapping = Self.mapping.replacing(
      #""create_categories": {"group": "group", "department": "dept"},"#, with: "")
    let text = Self.header + row("1") + row("2").replacing("Street Lights", with: "Street light")
    let figures = try await importing(town, String(mapping))(file(text))
    #expect(figures.added == 1 && figures.errors == 1 && figures.newCategories == 0)
  }

  @Test("everything that is wrong with a mapping is told at once")
  func mappings() async throws {
    let error = #expect(throws: ImportError.self) {
      _ = try ImportMapping(parsing: Array(#"{"fields": {"titel": "x", "title": {"colum": "y"}}, "zone": 1}"#.utf8))
    }
    for word in ["source is required", "titel", "colum", "zone", "created_at is required"] {
      #expect(error?.description.contains(word) == true, "\(word)")
    }
    let town = try await Township()
    await #expect(throws: ImportError.self) { _ = try await importing(town)(file("id,title\n1,x\n")) }
    await #expect(throws: ImportError.self) { _ = try await importing(town)(file("")) }
    let nowhere = String(Self.mapping.replacing("America/New_York", with: "Mars/Olympus"))
    await #expect(throws: ImportError.self) { _ = try await importing(town, nowhere)(file(Self.header)) }
  }
}

extension Result {
  var isFailure: Bool {
    if case .failure = self { true } else { false }
  }
}
