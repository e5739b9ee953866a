import Civic
import FoundationEssentials
import HTML
import HTTPServer
import Localization

/// A request's page, put together for who reads it.
struct RequestDocument {
  let view: RequestView
  let reader: RequestReader
  let context: Context
  /// Scheme and host as the reader's browser knows them.
  let origin: String
  /// Whether the reader has said that they have the problem too.
  var isSupported = false
  /// What has just been done, by the word in the address.
  var done: String?
  /// Whether the report has just been sent.
  var isNew = false
  /// Whether the reader, signed in, is told by mail what happens.
  var isFollowing = false
  var form: PageForm?
  var problem: Problem?

  private var t: Translator { context.t }
  private var request: ServiceRequest { view.request }

  func response() -> Response {
    let parts = RequestParts(view: view, reader: reader, context: context)
    let isPublic = request.visibility == "public"
    let isByCode = if case .code = reader.address { true } else { false }
    let page = Page(
      title: request.title, status: problem?.code.status ?? .ok, width: .wide,
      styles: parts.drawsMap ? ["request", "map"] : ["request"], scripts: ["request"],
      messages: ["The link has been copied.", "Map of the place"], head: isPublic && !isByCode ? head : nil,
      isPrivate: isByCode || view.isReporters || !isPublic, main: main(parts))
    return page.response(context)
  }

  private func main(_ parts: RequestParts) -> HTML {
    let reporter = view.isReporters ? ReporterParts(parts: parts, form: form, problem: problem) : nil
    return """
      \(reporter?.summary)<h1>\(request.title)</h1>
      \(notice)\(isNew ? SentNotice(parts: parts, origin: origin).html : nil)\(staffLink)\
      <div class="sides request">
      <div class="stack">
      \(reporter?.asked)\(parts.state)\(reporter?.changes)\(parts.photos)\(parts.description)\
      \(reporter?.attaching)\(parts.timeline)\(reporter?.thread)\(follow)
      </div>
      <div class="card">
      \(parts.facts)\(address)\(parts.map)\(parts.support(isSupported: isSupported))\
      \(parts.abuse)
      </div>
      </div>
      """
  }

  /// Reporters are told anyway; who holds a tracking code is one.
  private var follow: HTML? {
    if view.isReporters || request.facts.status.isEnded || request.visibility != "public" { return nil }
    return FollowForm(context: context, reference: request.reference, isFollowing: isFollowing).html
  }

  private var notice: HTML? {
    let sentence: String? =
      switch done {
      case "message": t("Your message has been sent to staff.")
      case "supported": isSupported ? t("Thank you. Staff see that you have this problem too.") : nil
      case "attached": t("Your file has arrived. It is checked for viruses before anybody can see it.")
      case "edited": t("Your changes have been saved.")
      case "withdrawn": t("You have withdrawn the report.")
      case "confirmed": t("Thank you. The report is closed.")
      case "flagged": t("Thank you. Staff will look at it.")
      case "followed": t("You follow this report now.")
      case "unfollowed": t("You do not follow this report any more.")
      case "kept":
        t("Staff have changed the report in the meantime. What you wrote has been kept as a message to them.")
      case "disputed": t("Thank you for telling us. Staff will look at it again.")
      default: nil
      }
    return sentence.map { "<p class=\"notice good\" role=\"status\" tabindex=\"-1\" autofocus>\($0)</p>\n" }
  }

  /// Where it is to be found again, for who holds it on paper. A tracking code is printed only where it is explained.
  private var address: HTML? {
    if case .code = reader.address { return nil }
    return "<p class=\"print-only code\">\(origin)\(reader.page)</p>\n"
  }

  private var staffLink: HTML? {
    guard context.actor.seesInternal else { return nil }
    return """
      <p class="notice">\(t("You see this page as citizens do.")) \
      <a href="\(Paths.staffRequest(request.reference))">\(t("Open it as staff"))</a></p>

      """
  }

  /// What search engines and other sites show of a public request.
  private var head: HTML {
    let words = request.description.isEmpty ? request.categoryName : request.description
    let short = words.count > 200 ? words.prefix(200) + "…" : words[...]
    let link = origin + Paths.requestPage(request.reference)
    return """
      <link rel="canonical" href="\(link)">
      <meta name="description" content="\(short)">
      <meta property="og:type" content="article">
      <meta property="og:site_name" content="\(context.actor.tenant.name)">
      <meta property="og:title" content="\(request.title)">
      <meta property="og:description" content="\(short)">
      <meta property="og:url" content="\(link)">

      """
  }
}

extension Request {
  /// Scheme and host as the caller's browser knows them.
  var origin: String { "\(scheme)://\(hostAndPort)" }
}
