import Civic
import HTTPServer

/// Who reads a request's page, and under which address: a reference that anybody may know, or a tracking code.
struct RequestReader: Sendable {
  enum Address: Sendable {
    case reference(Reference)
    case code(TrackingCode)
  }

  let address: Address
  /// With a citizen's eyes.
  let actor: Actor

  var page: String {
    switch address {
    case .reference(let reference): Paths.requestPage(reference)
    case .code(let code): Paths.trackPage(code.text)
    }
  }

  var edit: String {
    switch address {
    case .reference(let reference): Paths.editPage(reference)
    case .code(let code): Paths.trackEditPage(code.text)
    }
  }

  var withdrawal: String {
    switch address {
    case .reference(let reference): Paths.withdrawalPage(reference)
    case .code(let code): Paths.trackWithdrawalPage(code.text)
    }
  }

  /// A picture cannot send the code as a header: it stands in its address, as in the page's own.
  func file(_ file: ViewedFile) -> String {
    switch address {
    case .reference: Paths.content(file.id)
    case .code(let code): Paths.trackFile(code.text, file.id)
    }
  }

  func thumbnail(_ file: ViewedFile) -> String {
    switch address {
    case .reference: Paths.thumbnail(file.id)
    case .code(let code): Paths.trackThumbnail(code.text, file.id)
    }
  }

  func view(_ context: Context) async throws -> RequestView {
    switch address {
    case .reference(let reference): try await context.application.readRequestView(reference, as: actor)
    case .code: try await context.application.readRequestView(as: actor)
    }
  }
}

extension Context {
  func reader(of reference: Reference) -> RequestReader {
    RequestReader(address: .reference(reference), actor: actor.asCitizen)
  }

  /// - Throws: `not_found` for a code that opens nothing here.
  func reader(ofCode text: String) async throws -> RequestReader {
    let actor = try await holder(of: text)
    guard let code = TrackingCode(text) else { throw Problem.notFound }
    return RequestReader(address: .code(code), actor: actor)
  }
}
