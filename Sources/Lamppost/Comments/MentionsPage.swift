import Civic
import FoundationEssentials
import HTML
import HTTPServer
import JSON

/// Where colleagues called the reader.
enum MentionsPage {
  static func show(_ request: Request, _ context: Context) async throws -> Response {
    let t = context.t
    let items = try await context.application.listMentions(as: context.actor)
    let list: HTML =
      items.isEmpty
      ? "<p class=\"empty card\">\(t("Nobody has called you yet. Colleagues do so by writing @ and your name."))</p>"
      : "<ul class=\"mentions\">\n\(items.map { item($0, context) })</ul>"
    return Page(
      title: t("Mentions of you"), styles: ["staff-request"], isPrivate: true,
      main: """
        <nav class="trail" aria-label="\(t("Where you are"))"><a href="\(Paths.triage())">\(t("Triage"))</a></nav>
        <h1>\(t("Mentions of you"))</h1>
        \(list)
        """
    ).response(context)
  }

  private static func item(_ item: ListMentions.Item, _ context: Context) -> HTML {
    let t = context.t
    let me = context.actor.person.map { [$0.name] } ?? []
    return """
      <li class="card voice-internal">
      <h2><a href="\(Paths.staffRequest(item.reference))#comment-\(item.commentID)">\(item.title)</a></h2>
      <p class="cluster"><span class="code">\(item.reference.description)</span> \(item.status.badge(t))</p>
      <p class="small">\(VoiceLabel.html(.internal, t)) <strong>\(item.author ?? t("Somebody"))</strong> \
      <time datetime="\(RFC3339.format(item.at))">\(t.relative(item.at, to: .now))</time></p>
      <p class="prose">\(MentionedText.html(item.body, names: me))</p>
      </li>

      """
  }
}

/// A comment with the names of those it calls made visible.
enum MentionedText {
  static func html(_ body: String, names: [String]) -> HTML {
    Mention.pieces(of: body, names: names).map { piece in
      switch piece {
      case .text(let text): HTML(text: String(text))
      case .call(let call): "<span class=\"mention\">\(call)</span>"
      }
    }.joined()
  }
}
