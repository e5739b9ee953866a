import Civic
import FoundationEssentials
import JSON
import PostgreSQL

/// An open request that may be about the same problem.
struct SimilarRequest: Sendable {
  let reference: Reference
  let title: String
  let status: Status
  let category: String
  let categoryName: String
  /// The family of categories that its own belongs to.
  let categoryGroup: String?
  let icon: String
  let address: String?
  let createdAt: Date
  /// Metres.
  let distance: Double
  let supporters: Int
  /// A photo that everybody may see.
  let photo: AttachmentID?
  /// How much speaks for it, 0 to 1: see `SimilarRequests.score`.
  let score: Double

  func write(to json: inout JSONObjectWriter) {
    json.field("reference", reference.description)
    json.field("title", title)
    json.field("status", status.rawValue)
    json.field("category", category)
    json.field("category_name", categoryName)
    json.field("category_group", categoryGroup)
    json.field("address", address)
    json.field("created_at", createdAt)
    json.field("distance", distance.rounded())
    json.field("score", (score * 100).rounded() / 100)
    json.field("supporters", supporters)
    json.field("thumbnail", photo.map { Paths.thumbnail($0) })
  }
}

/// "Is it one of these?": open requests nearby that look the same, best first.
struct SimilarRequests: Sendable {
  let database: Database
  /// Metres around the place.
  static let radius = 250.0
  static let limit = 5

  /// What is compared with.
  struct Sample: Sendable {
    let location: Location
    var category: String?
    var title: String?
    var description: String?
    /// Left out of what is found.
    var requestID: Int?
    /// nil for now.
    var reportedAt: Date?
  }

  func callAsFunction(_ sample: Sample, as actor: Actor) async throws -> [SimilarRequest] {
    // The middle of a long street says nothing about what is near.
    if let accuracy = sample.location.accuracy, accuracy > Self.radius { return [] }
    return try await database.tenant(actor.tenant.id).read(Self.query(sample, as: actor)).map { row in
      guard let reference = Reference(stored: try row.get(0)) else { throw UnknownWord(column: "reference") }
      return SimilarRequest(
        reference: reference, title: try row.get(1), status: try row.word(2), category: try row.get(3),
        categoryName: try row.get(4),
        categoryGroup: try row.get(11), icon: try row.get(5), address: try row.get(6), createdAt: try row.get(7),
        distance: try row.get(8), supporters: try row.get(9),
        photo: try row.get(10, as: UUID?.self).map { AttachmentID($0) }, score: try row.get(12))
    }
  }

  /// The kind of problem counts 1 where it is the same and 0.4 where it is of the same family, the words up to 1, being
  /// near up to a half, and having been reported at the same time up to a quarter, which a month brings down to a third.
  private static func score(_ sample: Sample) -> SQL {
    """
    ((CASE WHEN c.id = own.id THEN 1 WHEN c.group_name = own.group_name THEN 0.4 ELSE 0 END) + r.likeness
     + 0.5 * (1 - r.distance / \(radius))
     + 0.25 * exp(-abs(extract(epoch FROM r.created_at - coalesce(\(sample.reportedAt), now()))::float8) / 2592000)) / 2.75
    """
  }

  /// The circle is read nearest first and to a bound, so that no crowded corner makes it slow; of what lies in it the
  /// kind, the words and the nearness decide.
  static func query(_ sample: Sample, as actor: Actor) -> SQL {
    let (place, point) = (actor.visibleLocation, sample.location.sql)
    let words = [sample.title, sample.description].compactMap(\.self).joined(separator: " ")
    let text = String(words.unicodeScalars.prefix(300).map(Character.init))
    let others: SQL = sample.requestID.map { "AND r.id <> \($0)" } ?? ""
    let address: SQL = actor.seesInternal ? "r.address" : "CASE WHEN \(ServiceRequest.isExact) THEN r.address END"
    return """
      SELECT r.reference, r.title, r.status, c.slug, c.name, c.icon, \(address), r.created_at, r.distance, r.supporters,
             (SELECT a.id FROM attachments a
               WHERE a.tenant_id = r.tenant_id AND a.request_id = r.id AND a.visibility = 'public' AND a.state = 'clean'
                 AND a.thumbnail_bytes IS NOT NULL ORDER BY a.created_at, a.id LIMIT 1),
             c.group_name, s.score
        FROM (SELECT *, CASE WHEN \(text) = '' THEN 0
                        ELSE greatest(similarity(near.title, \(text)), word_similarity(near.title, \(text))) END AS likeness
                FROM (SELECT r.*, \(place) <-> \(point) AS distance FROM requests r
                       WHERE \(actor.visibleRequests) AND r.closed_at IS NULL AND ST_DWithin(\(place), \(point), \(radius))
                         \(others)
                       ORDER BY distance LIMIT 200) near) r
        JOIN categories c ON c.tenant_id = r.tenant_id AND c.id = r.category_id
        LEFT JOIN categories own ON own.tenant_id = r.tenant_id AND own.slug = \(sample.category)
        CROSS JOIN LATERAL (SELECT \(score(sample)) AS score) s
       WHERE c.id = own.id OR (c.group_name = own.group_name AND r.likeness > 0.3) OR r.likeness > 0.6
             OR (own.id IS NULL AND \(text) = '')
       ORDER BY s.score DESC, r.id DESC
       LIMIT \(limit)
      """
  }
}

extension ServiceRequest {
  /// What other requests are compared with; nil where its place is unknown.
  var sample: SimilarRequests.Sample? {
    location.map {
      .init(
        location: $0, category: category, title: title, description: description, requestID: facts.id,
        reportedAt: createdAt)
    }
  }
}
