import Civic
import FoundationEssentials
import HTTPServer
import JSON
import PostgreSQL
import Testing

@testable import Lamppost

/// A township for one test, reached under a host name of its own.
struct Township: Sendable {
  private(set) var installation: Installation
  let id: Int
  let host: String

  /// One that is there already.
  init(installation: Installation, id: Int, host: String) {
    (self.installation, self.id, self.host) = (installation, id, host)
  }

  /// - Parameter boundary: WKT of a polygon; nil for no limit.
  init(boundary: String? = nil) async throws {
    installation = try await Installation.shared()
    let slug = "t-\(UUID().uuidString.lowercased())"
    host = "\(slug).test"
    id = try await installation.admin.write { [host] transaction in
      let rows = try await transaction.query(
        """
        INSERT INTO tenants (slug, name, boundary) VALUES (\(slug), 'Test', ST_Multi(ST_GeomFromText(\(boundary), 4326)))
        RETURNING id
        """)
      let id: Int = try rows.first!.get(0)
      try await transaction.execute("INSERT INTO tenant_hosts (host, tenant_id) VALUES (\(host), \(id))")
      try await transaction.execute(
        """
        INSERT INTO categories (tenant_id, slug, name, resolution_hours, private, attributes) VALUES
          (\(id), 'street-light', 'Street light', 72, false,
           '[{"key": "pole", "label": "Pole", "type": "text", "max_length": 5},
             {"key": "lamps", "label": "How many?", "type": "number", "min": 1, "max": 9}]'),
          (\(id), 'pothole', 'Pothole', NULL, false, '[]'),
          (\(id), 'harassment', 'Harassment', NULL, true, '[]')
        """)
      try await transaction.execute(
        "INSERT INTO departments (tenant_id, slug, name) VALUES (\(id), 'roads', 'Roads'), (\(id), 'parks', 'Parks')")
      return id
    }
  }

  /// The same township, served by a process that was started with more variables.
  func served(with variables: [String: String]) throws -> Township {
    var other = self
    other.installation = try installation.serving(with: variables)
    return other
  }

  /// The database as this township, with every right: for arranging and looking.
  var database: Database { installation.admin.tenant(id) }

  var anonymous: Client { Client(township: self, headers: [:]) }

  /// Somebody with a role, newly made, signed in by token.
  func somebody(_ role: Role, department: String? = nil) async throws -> Client {
    let departmentID: Int?
    if let department {
      departmentID = try await database.read(
        "SELECT id FROM departments WHERE tenant_id = \(id) AND slug = \(department)"
      ).first?.get(0)
    } else {
      departmentID = nil
    }
    let rows = try await database.write(
      """
      WITH person AS (
        INSERT INTO people (tenant_id, email, name, role)
        VALUES (\(id), \("\(UUID().uuidString.lowercased())@example.test"), \("A \(role.rawValue)"), \(role.rawValue))
        RETURNING tenant_id, id
      ), member AS (
        INSERT INTO department_members (tenant_id, person_id, department_id)
        SELECT tenant_id, id, \(departmentID) FROM person WHERE \(departmentID)::int IS NOT NULL
      )
      SELECT id FROM person
      """)
    let person: Int = try rows.first!.get(0)
    let tenant = try await installation.application.tenants.tenant(host: host)
    let tokens = try await installation.application.tokens.issue(personID: person, epoch: 1, tenant: tenant)
    return Client(township: self, headers: ["Authorization": "Bearer \(tokens.access)"], personID: person)
  }

  /// Somebody who holds a tracking code.
  func holder(of code: String) -> Client { Client(township: self, headers: ["Tracking-Code": code]) }

  /// A report with what a test cares about, and what any report needs.
  @discardableResult func report(
    _ fields: [(String, JSONValue)] = [], by client: Client? = nil
  ) async throws -> (reference: String, code: String?) {
    var members: [String: JSONValue] = [
      "title": .string("Broken lamp"), "category": .string("street-light"), "location": .at(42.36, -71.06),
    ]
    for (key, value) in fields { members[key] = value }
    let answer = try await (client ?? anonymous).post("/api/v1/requests", .object(members))
    try #require(answer.status == 201, "\(answer.text)")
    return (try #require(answer["reference"]?.string), answer["tracking_code"]?.string)
  }

  /// Runs every job of this township that waits.
  func runJobs() async throws { try await installation.worker.drain(tenantID: id) }
}

extension JSONValue {
  static func at(_ latitude: Double, _ longitude: Double) -> JSONValue {
    .object(["latitude": .number(latitude), "longitude": .number(longitude)])
  }

  static func object(_ members: [String: JSONValue]) -> JSONValue {
    .object(JSONObject(members: members.sorted { $0.key < $1.key }.map { .init(key: $0.key, value: $0.value) }))
  }

  var text: String {
    var json = JSONWriter()
    json.value(self)
    return String(decoding: json.bytes, as: UTF8.self)
  }
}
