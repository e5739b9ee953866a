import HTTPServer
import JSON

/// Something that is kept, and the version that a change of it can be meant for.
struct Versioned<Value: Sendable>: Sendable {
  let value: Value
  let version: Int

  /// Both as one object, the version as ETag, too.
  func answer(_ write: (Value, inout JSONObjectWriter) -> Void) -> Response {
    var response = Response.json(.ok) { json in
      write(value, &json)
      json.field("version", version)
    }
    response.headers["ETag"] = "\"\(version)\""
    return response
  }
}

extension PageForm {
  /// The version that the form was made for; nil where it says none.
  var shownVersion: Int? { self["version"].flatMap { Int(digits: $0) } }
}
