import Civic
import HTTPServer

@testable import Lamppost

/// Somebody signed in by cookie, who posts the forms of pages.
struct Browser: Sendable {
  let client: Client
  let token: String

  func get(_ path: String) async throws -> Client.Answer { try await client.get(path) }

  func post(_ path: String, _ fields: [(name: String, value: String)]) async throws -> Client.Answer {
    let form = fields + [(name: PageForm.tokenField, value: token)]
    return try await client.with("Content-Type", "application/x-www-form-urlencoded")
      .send(.post, path, Array(Query(form).encoded.utf8))
  }
}

extension Township {
  /// Somebody with a role, newly made, in a browser.
  func browser(_ role: Role, department: String? = nil) async throws -> Browser {
    let person = try await somebody(role, department: department)
    let sessions = installation.application.sessions
    let tenant = try await installation.application.tenants.tenant(host: host)
    let token = try await sessions.create(personID: person.personID!, epoch: 1, tenant: tenant)
    let cookie = "\(SessionStore.cookieName)=\(token.text)"
    let client = Client(township: self, headers: ["Cookie": cookie], personID: person.personID)
    return Browser(client: client, token: sessions.csrfToken(for: token))
  }
}
