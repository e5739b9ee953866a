import HTTPServer
import JSON

/// Writes the OpenAPI 3.1 document.
struct OpenAPIDocument {
  let calls: [DescribedCall]

  var bytes: [UInt8] {
    var json = JSONWriter(capacity: 128 << 10)
    json.object { document in
      document.field("openapi", "3.1.0")
      document.object("info") { info in
        info.field("title", "Lamppost")
        info.field("version", "1")
        info.field("summary", "Civic service requests: report, find, work on them.")
        info.field("description", Self.introduction)
      }
      document.array("servers") { $0.object { $0.field("url", "/") } }
      document.array("tags") { array in
        for tag in Operation.Tag.allCases { array.object { $0.field("name", tag.rawValue) } }
      }
      document.object("paths") { paths in
        for (template, calls) in callsByTemplate {
          paths.object(template) { item in for call in calls { write(call, to: &item) } }
        }
      }
      document.object("components") { components in
        components.object("schemas") { object in
          for (name, schema) in Schemas.all { object.field(name, schema) }
        }
        components.object("securitySchemes", SecurityScheme.write)
      }
    }
    return json.bytes
  }

  static let introduction = """
    JSON in UTF-8, times in RFC 3339, places in WGS84 degrees, distances in metres. Every answer carries X-Request-ID. \
    Whatever fails is told as application/problem+json (RFC 9457) with a code from a closed list. Query parameters and \
    fields that are not listed are errors.
    """

  private var callsByTemplate: [(String, [DescribedCall])] {
    var templates: [String] = []
    for call in calls where !templates.contains(call.operation.template) { templates.append(call.operation.template) }
    return templates.map { template in (template, calls.filter { $0.operation.template == template }) }
  }

  private func write(_ call: DescribedCall, to item: inout JSONObjectWriter) {
    let operation = call.operation
    item.object(operation.method.rawValue.lowercased()) { json in
      json.field("operationId", operation.id)
      json.array("tags", [operation.tag.rawValue])
      json.field("summary", operation.summary)
      if let note = operation.note { json.field("description", note) }
      let parameters = operation.pathParameters + operation.parameters
      if !parameters.isEmpty { json.array("parameters", parameters) }
      if let body = operation.body {
        json.object("requestBody") { object in
          object.field("required", true)
          object.object("content") { body.write(to: &$0) }
        }
      }
      json.object("responses") { responses in
        write(operation.answer, to: &responses)
        for (status, codes) in call.problemsByStatus { write(codes, status, operation, to: &responses) }
      }
      json.array("security", SecurityScheme.alternatives(for: call))
    }
  }

  private func write(_ answer: Answer, to responses: inout JSONObjectWriter) {
    responses.object(String(answer.status.code)) { json in
      json.field("description", answer.note)
      if !answer.headers.isEmpty {
        json.object("headers") { headers in
          for (name, note) in answer.headers {
            // Who calls by token is given no cookie.
            write(header: name, note, .text, isRequired: name != "Set-Cookie", to: &headers)
          }
        }
      }
      if answer.contents.isEmpty { return }
      json.object("content") { contents in
        for (mediaType, schema) in answer.contents { contents.object(mediaType) { $0.field("schema", schema) } }
      }
    }
  }

  private func write(
    _ codes: [Problem.Code], _ status: String, _ operation: Operation, to responses: inout JSONObjectWriter
  ) {
    responses.object(status) { json in
      json.field("description", codes.map { "`\($0.rawValue)`" }.joined(separator: ", "))
      if codes.contains(where: { [.rateLimited, .unavailable, .notScanned].contains($0) }) {
        json.object("headers") { headers in
          write(header: "Retry-After", "Seconds.", .integer(0...), isRequired: false, to: &headers)
        }
      }
      json.object("content") { contents in
        contents.object("application/problem+json") { $0.field("schema", Schema.named("Problem")) }
        // Not ready is told in the same form as ready.
        if operation.template == Paths.readiness.template && status == "5XX" {
          for (mediaType, schema) in operation.answer.contents {
            contents.object(mediaType) { $0.field("schema", schema) }
          }
        }
      }
    }
  }

  private func write(
    header name: String, _ note: String, _ schema: Schema, isRequired: Bool, to headers: inout JSONObjectWriter
  ) {
    headers.object(name) { header in
      header.field("description", note)
      if isRequired { header.field("required", true) }
      header.field("schema", schema)
    }
  }
}

extension Parameter: JSONWritable {
  func write(to json: inout JSONWriter) {
    json.object { object in
      object.field("name", name)
      object.field("in", place.rawValue)
      object.field("description", note)
      if isRequired { object.field("required", true) }
      if isList {
        object.field("style", "form")
        object.field("explode", false)
      }
      object.field("schema", schema)
    }
  }
}

extension RequestBody {
  fileprivate func write(to contents: inout JSONObjectWriter) {
    for (mediaType, schema) in self.contents {
      contents.object(mediaType) { content in
        content.field("schema", schema)
        guard mediaType == "multipart/form-data", case .object(let fields, _) = schema.form else { return }
        content.object("encoding") { encoding in
          for field in fields {
            guard case .named = field.schema.form else { continue }
            encoding.object(field.name) { $0.field("contentType", "application/json") }
          }
        }
      }
    }
  }
}
