import Civic
import FoundationEssentials
import HTML
import HTTPServer
import JSON

/// What readers of a request's page do there, under either address.
enum ReporterPages {
  static func show(_ request: Request, _ context: Context, _ reader: RequestReader) async throws -> Response {
    let view = try await reader.view(context)
    var document = RequestDocument(view: view, reader: reader, context: context, origin: request.origin)
    document.isNew = request.query["sent"] == "1" && view.isReporters
    document.done = request.query["supported"] == "1" ? "supported" : request.query["done"]
    if !view.isReporters {
      document.isFollowing = try await context.application.followRequest.isFollowing(
        view.request.facts.id, as: context.actor)
      let (supporter, isUnknown) = try Supporter.of(request, context.actor)
      if !isUnknown {
        document.isSupported = try await context.application.supportRequest.contains(
          supporter, requestID: view.request.facts.id, as: reader.actor)
      }
    }
    return document.response()
  }

  /// A message, a file, or a word on what staff call done.
  static func submit(_ request: Request, _ context: Context, _ reader: RequestReader) async throws -> Response {
    let form = try context.postedForm()
    let view = try await reader.view(context)
    guard view.isReporters else { throw Problem(.forbidden) }
    try await context.limitReports()
    do {
      switch form["action"] {
      case "attach": return try await attach(form, view, context, reader)
      case "message": return try await send(form, view, context, reader)
      case "confirm": return try await confirm(form, view, context, reader)
      default: throw Problem(.malformedRequest, "The form does not say what to do.")
      }
    } catch let problem as Problem where problem.isForTheForm {
      context.application.quarantine.discard(form.files)
      // How it stands now, with what was entered.
      return RequestDocument(
        view: try await reader.view(context), reader: reader, context: context, origin: request.origin, form: form,
        problem: problem
      ).response()
    }
  }

  private static func send(
    _ form: PageForm, _ view: RequestView, _ context: Context, _ reader: RequestReader
  ) async throws -> Response {
    context.application.quarantine.discard(form.files)
    var input = form.input(["body"])
    let body = input.requiredText("body", maximum: 10_000)
    try input.finish()
    _ = try await context.application.addComment(
      body, visibility: .private, to: view.request.reference, as: reader.actor)
    return .redirect(to: reader.page + "?done=message")
  }

  private static func attach(
    _ form: PageForm, _ view: RequestView, _ context: Context, _ reader: RequestReader
  ) async throws -> Response {
    guard let file = form.files.first else { throw Problem.field("file", .required, "is required") }
    // One at a time: each is in the database or thrown away, and no file is both.
    if form.files.count > 1 { throw Problem(.tooManyFiles, "Only one file can be sent at a time.") }
    _ = try await context.application.addAttachment(
      file, visibility: nil, to: view.request.reference, claim: nil, as: reader.actor)
    return .redirect(to: reader.page + "?done=attached")
  }

  private static func confirm(
    _ form: PageForm, _ view: RequestView, _ context: Context, _ reader: RequestReader
  ) async throws -> Response {
    context.application.quarantine.discard(form.files)
    var input = form.input(["note"])
    let note = input.text("note", maximum: ConfirmResolution.longestNote)
    try input.finish()
    guard let resolved = form["resolved"].flatMap(Bool.init) else {
      throw Problem(.malformedRequest, "The form does not say whether it is resolved.")
    }
    let outcome = try await context.application.confirmResolution(
      view.request.reference, resolved: resolved, note: note, ifMatch: try form.version(), as: reader.actor)
    if case .kept = outcome { return .redirect(to: reader.page + "?done=kept") }
    return .redirect(to: reader.page + (resolved ? "?done=confirmed" : "?done=disputed"))
  }

  // MARK: Correcting

  static func edit(_ context: Context, _ reader: RequestReader) async throws -> Response {
    let view = try await reporters(context, reader)
    guard view.canBeEdited(at: .now) else { return ChangeForms(view, reader, context).tooLate().response(context) }
    return try await ChangeForms(view, reader, context).editing().response(context)
  }

  static func saveEdit(_ context: Context, _ reader: RequestReader) async throws -> Response {
    let form = try context.postedForm()
    let view = try await reporters(context, reader)
    do {
      let change = try RequestChange(form.input(changed(form, from: view.request)))
      _ = try await context.application.editRequest(
        view.request.reference, change, ifMatch: try form.version(), as: reader.actor)
      return .redirect(to: reader.page + "?done=edited")
    } catch let problem as Problem where problem.code == .editWindowClosed {
      return ChangeForms(view, reader, context).tooLate(.unprocessableContent).response(context)
    } catch let problem as Problem where problem.isForTheForm {
      let view = try await reporters(context, reader)
      return try await ChangeForms(view, reader, context).editing(form, problem: problem).response(context)
    }
  }

  /// The fields that hold something else than before: a category that is chosen anew would set the due date anew.
  private static func changed(_ form: PageForm, from request: ServiceRequest) -> [String] {
    let known = [
      ("title", request.title), ("description", request.description), ("category", request.category),
      ("address", request.address ?? ""),
    ]
    return known.filter { name, value in (form.line(name) ?? "") != value }.map(\.0)
  }

  // MARK: Withdrawing

  static func confirmWithdrawal(_ context: Context, _ reader: RequestReader) async throws -> Response {
    let view = try await reporters(context, reader)
    guard view.canBeEdited(at: .now) else { return ChangeForms(view, reader, context).tooLate().response(context) }
    return ChangeForms(view, reader, context).withdrawing().response(context)
  }

  static func withdraw(_ context: Context, _ reader: RequestReader) async throws -> Response {
    let form = try context.postedForm()
    let view = try await reporters(context, reader)
    do {
      _ = try await context.application.withdrawRequest(
        view.request.reference, ifMatch: try form.version(), as: reader.actor)
      return .redirect(to: reader.page + "?done=withdrawn")
    } catch let problem as Problem where problem.code == .editWindowClosed {
      return ChangeForms(view, reader, context).tooLate(.unprocessableContent).response(context)
    } catch let problem as Problem where problem.isForTheForm {
      let view = try await reporters(context, reader)
      return ChangeForms(view, reader, context).withdrawing(problem: problem).response(context)
    }
  }

  private static func reporters(_ context: Context, _ reader: RequestReader) async throws -> RequestView {
    let view = try await reader.view(context)
    guard view.isReporters else { throw Problem(.forbidden) }
    return view
  }
}

extension Problem {
  /// Whether the form is shown again: something in it is wrong, or somebody else was faster.
  fileprivate var isForTheForm: Bool { code.status == .unprocessableContent || code == .versionMismatch }
}

extension PageForm {
  /// The fields of those names as a call of the API would hold them, so that they are judged by the same rules.
  func input(_ names: [String]) -> ObjectInput {
    ObjectInput(
      JSONObject(
        members: names.filter(has).map { name in
          .init(key: name, value: line(name).map { .string($0) } ?? .null)
        }))
  }

  /// A form sends its line breaks as two characters.
  fileprivate func line(_ name: String) -> String? { self[name]?.replacing("\r\n", with: "\n") }

  /// The version that the reader saw, as `If-Match` has it in the API.
  /// - Throws: `malformed_request` where the page's own field is missing.
  func version() throws(Problem) -> Int {
    guard let version = self["version"].flatMap({ Int(digits: $0) }) else { throw Problem(.malformedRequest) }
    return version
  }
}
