import PostgreSQL

/// Takes somebody's words out of the history. The rows, their digests and hashes stay, so that the chains stay whole, and
/// the audit log says what was erased and who ordered it. Statements for the transaction of whatever calls for it.
enum EraseHistory {
  /// Notes, and values that may name somebody; statuses and numbers of people stay.
  /// - Parameters:
  ///   - sequences: which rows; nil for the whole history of the request.
  ///   - actorID: nil for a job.
  static func ofRequest(_ requestID: Int, sequences: [Int]? = nil, by actorID: Int?) -> SQL {
    "SELECT erase_request_history(\(requestID), \(sequences)::int[], \(actorID))"
  }

  /// What the audit log holds about a person: names and addresses that were changed.
  static func logOfPerson(_ personID: Int, by actorID: Int?) -> SQL {
    "SELECT erase_audit_of(\(AuditEvent.about(person: personID)), \(actorID))"
  }

  /// What the person wrote into the history of any request, and what the audit log holds about them.
  static func ofPerson(_ personID: Int, by actorID: Int?) -> SQL {
    "SELECT erase_person_from_history(\(personID), \(actorID))"
  }
}
