import Civic
import JSON
import PostgreSQL

/// What a merge would do, before anything is done.
struct MergePreview: Sendable {
  let pair: MergePair
  /// What would go along.
  let comments, files, supporters, followers: Int
  /// What would stay with the duplicate, where nobody reads it who could not before.
  let commentsStaying, filesStaying: Int

  func write(to json: inout JSONObjectWriter) {
    json.field("duplicate", pair.duplicate.reference.description)
    json.field("survivor", pair.survivor.reference.description)
    json.field("distance", pair.distance?.rounded())
    json.object("moves") { moves in
      moves.field("comments", comments)
      moves.field("files", files)
      moves.field("supporters", supporters)
      moves.field("followers", followers)
    }
    json.object("stays") { stays in
      stays.field("comments", commentsStaying)
      stays.field("files", filesStaying)
    }
  }
}

struct PreviewMerge: Sendable {
  let database: Database

  /// - Throws: as `MergeRequests`.
  func callAsFunction(_ reference: Reference, into other: Reference, as actor: Actor) async throws -> MergePreview {
    do {
      return try await database.withoutReplica.tenant(actor.tenant.id).read { transaction in
        let pair = try await MergePair.find(reference, into: other, lock: false, in: transaction, as: actor)
        try pair.check(actor.tenant.workflow)
        guard let row = try await transaction.query(MergedParts.counts(pair)).first else { throw Problem.notFound }
        return MergePreview(
          pair: pair, comments: try row.get(0), files: try row.get(1), supporters: try row.get(2),
          followers: try row.get(3), commentsStaying: try row.get(4), filesStaying: try row.get(5))
      }
    } catch is MergePair.Moved {
      throw Problem(.conflict)
    }
  }
}
