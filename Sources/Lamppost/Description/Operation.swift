import HTTPServer
import JSON

/// One call of the API in words and forms. Who may call it stands with the route and is not repeated here.
struct Operation: Sendable {
  enum Tag: String, CaseIterable, Sendable {
    case reporting = "Reporting"
    case finding = "Finding"
    case files = "Files"
    case working = "Working"
    case sessions = "Sessions"
    case pages = "Pages and description"
    case administration = "Administration"
    case monitoring = "Monitoring"
  }

  let method: HTTPServer.Method
  let template: String
  /// A name for generated clients, in camel case.
  let id: String
  let tag: Tag
  let summary: String
  var note: String?
  /// Without those of the path.
  var parameters: [Parameter] = []
  var body: RequestBody?
  let answer: Answer
  /// What this call in particular may be refused with; what any call may meet is added.
  var problems: [Problem.Code] = []

  init<each Part: PathParameter>(
    _ method: HTTPServer.Method, _ path: Path<repeat each Part>, _ id: String, _ tag: Tag, _ summary: String,
    note: String? = nil, parameters: [Parameter] = [], body: RequestBody? = nil, answer: Answer,
    problems: [Problem.Code] = []
  ) {
    self.method = method
    template = path.template
    self.id = id
    self.tag = tag
    self.summary = summary
    self.note = note
    self.parameters = parameters
    self.body = body
    self.answer = answer
    self.problems = problems
  }

  var pathParameters: [Parameter] {
    template.split(separator: "{").dropFirst().map { part in
      Parameter.path(String(part.prefix { $0 != "}" }))
    }
  }
}

/// Something in the path, the query or a header.
struct Parameter: Sendable {
  enum Place: String, Sendable { case path, query, header }

  let name: String
  let place: Place
  let schema: Schema
  let note: String
  var isRequired = false
  /// A list separated by commas.
  var isList: Bool { if case .array = schema.form { true } else { false } }
}

/// What a call must or may bring.
struct RequestBody: Sendable {
  /// The media types, each with the form of its content.
  let contents: [(mediaType: String, schema: Schema)]

  static func json(_ name: String) -> RequestBody {
    RequestBody(contents: [("application/json", .named(name))])
  }
}

/// What a call is answered when all goes well.
struct Answer: Sendable {
  let status: HTTPStatus
  let note: String
  let contents: [(mediaType: String, schema: Schema)]
  var headers: [(name: String, note: String)] = []

  static func json(_ schema: Schema, _ note: String) -> Answer { .json(.ok, schema, note) }

  static func json(
    _ status: HTTPStatus, _ schema: Schema, _ note: String, headers: [(name: String, note: String)] = []
  ) -> Answer {
    Answer(status: status, note: note, contents: [("application/json", schema)], headers: headers)
  }

  /// A request as the caller may see it, with its version.
  static func request(_ note: String) -> Answer {
    .json(.ok, .named("ServiceRequest"), note, headers: [("ETag", "The version in quotes, for If-Match.")])
  }

  /// Something that is kept, with its version.
  static func versioned(_ name: String, _ note: String, status: HTTPStatus = .ok) -> Answer {
    .json(status, .named(name), note, headers: [("ETag", "The version in quotes, for If-Match.")])
  }

  static func text(_ mediaType: String, _ note: String) -> Answer {
    Answer(status: .ok, note: note, contents: [(mediaType, .text)])
  }
}
