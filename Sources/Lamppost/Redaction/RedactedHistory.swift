import Civic
import JSON
import PostgreSQL

/// The rows of a request's history that hold words which are to go, as they are to be. The words alone go: who did what
/// and when, and the rest of the sentence, can still be read, and the chain stays whole.
struct RedactedHistory: Sendable {
  /// What of a row somebody may have written.
  private struct Contents: Sendable, Equatable {
    var before: String?
    var after: String?
    var note: String?
  }

  private let requestID: Int
  private var rows: [(sequence: Int, contents: Contents)] = []
  /// What stood there, text by text.
  private(set) var originals: [(field: String, original: String)] = []
  var isEmpty: Bool { rows.isEmpty }

  /// Kinds whose values hold words of people; those of the others are numbers and words of ours.
  private static let spoken: Set<String> = Set([RequestEvent.Kind.edited, .routed, .imported].map(\.rawValue))

  init(_ redaction: Redaction, _ requestID: Int, in transaction: Transaction) async throws {
    self.requestID = requestID
    for row in try await transaction.query(
      "SELECT sequence, kind, before, after, note FROM request_events WHERE request_id = \(requestID) ORDER BY sequence"
    ) {
      let (sequence, kind) = (try row.get(0, as: Int.self), try row.get(1, as: String.self))
      let old = Contents(before: try row.get(2), after: try row.get(3), note: try row.get(4))
      var new = Contents(before: old.before, after: old.after, note: old.note.map(redaction.redacted))
      var texts: [String] = []
      if Self.spoken.contains(kind) {
        (new.before, new.after) = (old.before.map(redaction.redactedValue), old.after.map(redaction.redactedValue))
        texts = [old.before, old.after].compactMap(\.self).flatMap(redaction.texts(inValue:))
      }
      if new == old { continue }
      if let note = old.note, new.note != note { texts.append(note) }
      rows.append((sequence, new))
      originals += texts.map { ("history \(sequence)", $0) }
    }
  }

  /// The statement that does it. The database sees to it that nothing but parts of texts is taken away.
  func statement(by actorID: Int?) -> SQL {
    var json = JSONWriter()
    json.array { array in
      for (sequence, contents) in rows {
        array.object { object in
          object.field("sequence", sequence)
          object.field("before", contents.before)
          object.field("after", contents.after)
          object.field("note", contents.note)
        }
      }
    }
    let changes = String(decoding: json.bytes, as: UTF8.self)
    return "SELECT redact_request_history(\(requestID), \(changes)::jsonb, \(actorID))"
  }
}

extension Redaction {
  /// Members of a change whose values are words of ours.
  private static let ours: Set<String> = ["category", "priority", "visibility", "department", "assignee"]

  /// The value with the mark in place of the words in every text of it.
  func redacted(_ value: JSONValue) -> JSONValue {
    switch value {
    case .string(let text): .string(redacted(text))
    case .array(let list): .array(list.map(redacted))
    case .object(let object):
      .object(JSONObject(members: object.members.map { .init(key: $0.key, value: redacted($0.value)) }))
    default: value
    }
  }

  /// The texts in it that hold the words.
  func texts(in value: JSONValue) -> [String] {
    switch value {
    case .string(let text): finds(in: text) ? [text] : []
    case .array(let list): list.flatMap(texts(in:))
    case .object(let object): object.members.flatMap { texts(in: $0.value) }
    default: []
    }
  }

  /// What the history keeps as `before` or `after`: a text, or an object of fields, of which only what they hold is looked
  /// at, so that it can be read as such afterwards.
  func redactedValue(_ text: String) -> String {
    guard let fields = fields(text) else { return redacted(text) }
    let members = fields.members.map { member in
      JSONObject.Member(key: member.key, value: Self.ours.contains(member.key) ? member.value : redacted(member.value))
    }
    return JSONValue.object(JSONObject(members: members)).line
  }

  func texts(inValue text: String) -> [String] {
    guard let fields = fields(text) else { return finds(in: text) ? [text] : [] }
    return fields.members.flatMap { Self.ours.contains($0.key) ? [] : texts(in: $0.value) }
  }

  private func fields(_ text: String) -> JSONObject? {
    guard text.hasPrefix("{"), let value = try? JSONValue.parse(Array(text.utf8)), value.line == text else {
      return nil
    }
    return value.object
  }
}

extension JSONValue {
  var line: String {
    var json = JSONWriter()
    json.value(self)
    return String(decoding: json.bytes, as: UTF8.self)
  }
}
