import HTML
import HTTPServer
import JSON

/// The description as a page: no script, one style sheet, works without it too.
struct APIPage {
  let calls: [DescribedCall]
  /// Address of the style sheet.
  let style: String

  var html: HTML {
    """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>API of Lamppost</title>
    <link rel="stylesheet" href="\(style)">
    </head>
    <body>
    <header>
    <h1>API of Lamppost</h1>
    <p>\(OpenAPIDocument.introduction)</p>
    <p>For programs: <a href="\(Paths.description())">openapi.json</a> (OpenAPI 3.1).</p>
    <nav aria-label="Sections"><ul>
    \(Operation.Tag.allCases.map { "<li><a href=\"#\(Self.anchor($0.rawValue))\">\($0.rawValue)</a></li>\n" as HTML })\
    <li><a href="#forms">Forms</a></li>
    <li><a href="#problems">Problems</a></li>
    </ul></nav>
    </header>
    <main>
    \(Operation.Tag.allCases.map(section))\
    <section><h2 id="forms">Forms</h2>
    \(Schemas.all.map { name, schema in
      """
      <details id="\(Self.anchor(form: name))"><summary><h3>\(name)</h3></summary>\(SchemaWords(schema).html)</details>

      """ as HTML
    })</section>
    <section><h2 id="problems">Problems</h2>
    <dl>
    \(Problem.Code.allCases.map { code in
      "<dt><code>\(code.rawValue)</code> (\(code.status.code))</dt><dd>\(code.title)</dd>\n" as HTML
    })</dl></section>
    </main>
    </body>
    </html>

    """
  }

  static func anchor(_ name: String) -> String { name.lowercased().replacing(" ", with: "-") }

  static func anchor(form name: String) -> String { "form-" + anchor(name) }

  private func section(_ tag: Operation.Tag) -> HTML {
    """
    <section><h2 id="\(Self.anchor(tag.rawValue))">\(tag.rawValue)</h2>
    \(calls.filter { $0.operation.tag == tag }.map(article))</section>

    """
  }

  private func article(_ call: DescribedCall) -> HTML {
    let operation = call.operation
    let parameters = operation.pathParameters + operation.parameters
    return """
      <details id="\(operation.id)"><summary><h3><code><b>\(operation.method.rawValue)</b> \(operation.template)</code> \
      \(operation.summary)</h3></summary>
      \(operation.note.map { "<p>\($0)</p>\n" as HTML })<p>\(Self.callers(call.access))</p>
      \(parameters.isEmpty ? nil : "<h4>Parameters</h4>\n<dl>\(parameters.map(Self.parameter))</dl>\n" as HTML)\
      \(operation.body.map { "<h4>Body</h4>\n\(Self.contents($0.contents))" as HTML })\
      <h4>Answer \(operation.answer.status.code)</h4>
      <p>\(operation.answer.note)</p>
      \(Self.contents(operation.answer.contents))<h4>Problems</h4>
      <dl>\(call.problemsByStatus.map(Self.problems))</dl>
      </details>

      """
  }

  private static func callers(_ access: Access) -> String {
    switch access {
    case .anyone: "Anyone may call; what they see and may change depends on who they are."
    case .signedIn: "People with an account."
    case .staff: "Staff by role."
    case .process: "Anyone."
    case .monitoring: "The machine itself, or who holds the monitoring token."
    }
  }

  private static func parameter(_ parameter: Parameter) -> HTML {
    """
    <dt><code>\(parameter.name)</code> in \(parameter.place.rawValue)\(parameter.isRequired ? ", required" : "")</dt>
    <dd>\(parameter.note) \(SchemaWords(parameter.schema).html)</dd>

    """
  }

  private static func contents(_ contents: [(mediaType: String, schema: Schema)]) -> [HTML] {
    contents.map { "<div><code>\($0.mediaType)</code>: \(SchemaWords($0.schema).html)</div>\n" }
  }

  private static func problems(_ status: String, _ codes: [Problem.Code]) -> HTML {
    let codes = codes.map { "<code>\($0.rawValue)</code>" as HTML }
    return "<dt>\(status)</dt><dd>\(codes.joined(separator: ", "))</dd>\n"
  }
}
