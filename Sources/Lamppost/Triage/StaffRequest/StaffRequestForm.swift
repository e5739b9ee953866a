import Civic
import HTTPServer
import JSON
import Localization

/// One of the page's forms as it was posted: turned into what the API would have been sent, so that both are judged by the
/// same rules.
struct StaffRequestForm {
  enum Kind: String, CaseIterable, Sendable {
    case `internal`, `public`, `private`
    case status, assign, take, priority, category, text, pin, visibility, tags, upload, undo, merge, unmerge

    /// What is said when it has been done.
    func sentence(_ t: Translator) -> String {
      switch self {
      case .internal: t("Saved for staff only.")
      case .public: t("Posted where everyone can read it.")
      case .private: t("Sent to the reporter.")
      case .status: t("Status changed.")
      case .assign, .take: t("Assignment changed.")
      case .priority: t("Priority changed.")
      case .category: t("Category changed.")
      case .text: t("Title and description changed.")
      case .pin: t("Place changed.")
      case .visibility: t("Visibility changed.")
      case .tags: t("Tags changed.")
      case .undo: t("Taken back.")
      case .merge: t("Merged into the other report.")
      case .unmerge: t("The merge is taken back.")
      case .upload: t("The files are being checked for viruses.")
      }
    }
  }

  let form: PageForm
  let kind: Kind
  let reference: Reference
  let context: Context

  /// - Throws: `unknown_option` for a form that this page does not have.
  static func kind(of form: PageForm) throws(Problem) -> Kind {
    guard let kind = form["action"].flatMap(Kind.init(rawValue:)) else {
      throw .field("action", .unknownOption, "is not a form of this page")
    }
    return kind
  }

  func apply() async throws {
    let application = context.application
    switch kind {
    case .internal, .public, .private:
      try await context.limitReports()
      let comment = try NewComment(
        input(["body": text(kind.rawValue + "_body"), "visibility": .string(kind.rawValue)]))
      _ = try await application.addComment(
        comment.body, visibility: comment.visibility, to: reference, as: context.actor)
    case .status:
      let change = try StatusChange(
        input(["status": text("status"), "reason": text("reason"), "note": text("note")]))
      _ = try await application.changeStatus(
        reference, to: change.status, reason: change.reason, note: change.note, proof: try proof(change.status),
        ifMatch: try version(), as: context.actor)
    case .assign, .take:
      _ = try await application.assignRequest(
        reference, try assignment(), ifMatch: try version(), as: context.actor)
    case .priority, .category, .text, .pin, .visibility, .tags:
      _ = try await application.editRequest(
        reference, try RequestChange(try change()), ifMatch: try version(), as: context.actor)
    case .undo:
      _ = try await application.undoChange(reference, ifMatch: try version(), as: context.actor)
    case .unmerge:
      _ = try await application.undoMerge(reference, ifMatch: try version(), as: context.actor)
    // It has a page of its own, which says first what will move.
    case .merge: throw Problem.field("action", .unknownOption, "is not a form of this page")
    case .upload: try await upload()
    }
  }

  /// - Throws: `out_of_range` for a photo with a status that tells of nothing done.
  private func proof(_ status: Status) throws(Problem) -> [QuarantinedFile] {
    if !form.files.isEmpty && status != .completed {
      throw .field("proof", .outOfRange, "goes with completed alone")
    }
    return form.files
  }

  private func assignment() throws -> AssignRequest.Assignment {
    if kind == .take {
      return .init(assignee: .some(context.actor.person?.id), department: nil)
    }
    let assignee: JSONValue =
      switch form["assignee"] {
      case nil: .null
      case .some(let text): Int(digits: text).map { .integer($0) } ?? .string(text)
      }
    return try .init(input(["assignee": assignee, "department": text("department")]))
  }

  /// The fields of the contract's PATCH.
  private func change() throws(Problem) -> ObjectInput {
    switch kind {
    case .priority: return input(["priority": text("priority")])
    case .category: return input(["category": text("category")])
    case .visibility: return input(["visibility": text("visibility")])
    case .tags:
      let tags = (form["tags"] ?? "").split(separator: ",").map { JSONValue.string(String($0)) }
      return input(["tags": .array(tags)])
    case .text: return input(["title": text("title"), "description": text("description")])
    default: return input(["location": try place(), "address": text("address")])
    }
  }

  private func place() throws(Problem) -> JSONValue {
    if form["latitude"] == nil && form["longitude"] == nil { return .null }
    return object([
      "latitude": try degrees("latitude"), "longitude": try degrees("longitude"),
    ])
  }

  private func degrees(_ name: String) throws(Problem) -> JSONValue {
    guard let text = form[name] else { throw .field(name, .required, "is required") }
    // A comma is how half of the world writes it.
    guard let number = Double(text.replacing(",", with: ".")), number.isFinite else {
      throw .field(name, .invalidFormat, "must be degrees, e.g. 42.3601")
    }
    return .number(number)
  }

  private func upload() async throws {
    let application = context.application
    guard !form.files.isEmpty else { throw Problem.field("files", .required, "is required") }
    let visibility = form["file_visibility"].flatMap(Visibility.init(rawValue:))
    try await application.addAttachment.all(form.files, visibility: visibility, to: reference, as: context.actor)
  }

  /// The version that the page showed.
  private func version() throws(Problem) -> Int {
    guard let version = form["version"].flatMap({ Int(digits: $0) }) else {
      throw Problem(.malformedRequest, "The form lacks the version that it was made for.")
    }
    return version
  }

  private func text(_ name: String) -> JSONValue { form[name].map { .string($0) } ?? .null }

  private func object(_ members: [String: JSONValue]) -> JSONValue {
    .object(JSONObject(members: members.sorted { $0.key < $1.key }.map { .init(key: $0.key, value: $0.value) }))
  }

  private func input(_ members: [String: JSONValue]) -> ObjectInput {
    ObjectInput(object(members).object ?? JSONObject(members: []))
  }
}
