import JSON

/// The ways in which a caller says who it is.
enum SecurityScheme: String, CaseIterable, JSONWritable {
  case bearer, session, csrf, trackingCode, monitoringToken

  /// Any one of these lets a call through; an empty one is nobody in particular.
  static func alternatives(for call: DescribedCall) -> [SecurityAlternative] {
    let session: SecurityAlternative =
      call.operation.method.isSafe ? .init(schemes: [.session]) : .init(schemes: [.session, .csrf])
    switch call.access {
    case .process: return []
    case .anyone:
      return [.init(schemes: []), .init(schemes: [.bearer]), session, .init(schemes: [.trackingCode])]
    case .signedIn, .staff: return [.init(schemes: [.bearer]), session]
    // From the machine itself nobody asks.
    case .monitoring: return [.init(schemes: [.monitoringToken]), .init(schemes: [])]
    }
  }

  static func write(to json: inout JSONObjectWriter) {
    for scheme in allCases { json.field(scheme.rawValue) { scheme.define(in: &$0) } }
  }

  private func define(in json: inout JSONWriter) {
    switch self {
    case .bearer: Self.http(&json, "An access token of POST \(Paths.token()).")
    case .monitoringToken: Self.http(&json, "The installation's monitoring token.")
    case .session: Self.key(&json, "cookie", SessionStore.cookieName, "The cookie of POST \(Paths.session()).")
    case .csrf: Self.key(&json, "header", "X-CSRF-Token", "Together with the cookie, for what changes something.")
    case .trackingCode:
      Self.key(&json, "header", "Tracking-Code", "The code that a reporter without account was given.")
    }
  }

  private static func http(_ json: inout JSONWriter, _ note: String) {
    json.object { scheme in
      scheme.field("type", "http")
      scheme.field("scheme", "bearer")
      scheme.field("description", note)
    }
  }

  private static func key(_ json: inout JSONWriter, _ place: String, _ name: String, _ note: String) {
    json.object { scheme in
      scheme.field("type", "apiKey")
      scheme.field("in", place)
      scheme.field("name", name)
      scheme.field("description", note)
    }
  }
}

/// Schemes that are needed together.
struct SecurityAlternative: JSONWritable {
  let schemes: [SecurityScheme]

  func write(to json: inout JSONWriter) {
    json.object { object in for scheme in schemes { object.array(scheme.rawValue, [String]()) } }
  }
}
