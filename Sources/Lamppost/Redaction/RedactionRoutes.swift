import Civic
import HTTPServer
import JSON

/// Blackening, by API.
enum RedactionRoutes {
  static func words(_ request: Request, _ context: Context, _ reference: Reference) async throws -> Response {
    let change = try WordRedaction(try await request.input())
    try await context.application.redactWords(change, of: reference, as: context.actor)
    return try await context.detail(of: context.application.findRequest(reference, as: context.actor).get())
  }

  static func photo(_ request: Request, _ context: Context, _ id: AttachmentID) async throws -> Response {
    let change = try PhotoRedaction(try await request.input())
    let new = try await context.application.redactPhoto(change, of: id, as: context.actor)
    let attachment = try await context.application.findAttachment(new, as: context.actor)
    return .json(.accepted) { attachment.write(to: &$0, for: context.actor) }
  }

  static func sealed(_ request: Request, _ context: Context, _ reference: Reference) async throws -> Response {
    let originals = try await context.application.destroySealed.read(reference, as: context.actor)
    return .json(.ok) { json in
      json.array("texts") { array in
        for text in originals.texts {
          array.object { object in
            object.field("field", text.field)
            object.field("original", text.original)
            object.field("sealed_at", text.at)
          }
        }
      }
      json.array("attachments", originals.images.map(\.pathComponent))
    }
  }

  static func destroy(_ request: Request, _ context: Context, _ reference: Reference) async throws -> Response {
    try await context.application.destroySealed(reference, as: context.actor)
    return Response(.noContent)
  }
}
