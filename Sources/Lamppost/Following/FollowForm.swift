import Civic
import HTML
import HTTPServer
import Localization

/// "Tell me what becomes of it", on the page of a request.
struct FollowForm {
  let context: Context
  let reference: Reference
  /// Whether the reader, signed in, is told already.
  let isFollowing: Bool
  /// What was entered, and what was wrong with it.
  var form: PageForm?
  var problem: Problem?

  private var t: Translator { context.t }

  var html: HTML {
    """
    <section id="follow" class="card follow" aria-labelledby="follow-title">
    <h2 id="follow-title">\(t("Follow this report"))</h2>
    \(content)</section>

    """
  }

  private var content: HTML {
    guard context.application.sendsMail else {
      return
        "<p>\(t("No mail is sent from here, so you cannot follow by mail. Come back to this page for news."))</p>\n"
    }
    if context.actor.person == nil { return guestForm }
    return """
      <p>\(isFollowing
        ? t("You get a mail when something happens.") : t("Get a mail when something happens."))</p>
      <form method="post" action="\(Paths.followRequestPage(reference))">\(context.hiddenToken)
      <input type="hidden" name="action" value="\(isFollowing ? "stop" : "follow")">
      <button class="\(isFollowing ? "quiet" : "")">\(isFollowing ? t("Stop following") : t("Follow"))</button>
      </form>

      """
  }

  private var guestForm: HTML {
    let fields = FormFields(t, form, problem: problem)
    let label = t("Your email address")
    return """
      \(fields.summary { $0 == "email" ? label : nil })\
      <form method="post" action="\(Paths.followRequestPage(reference))" novalidate>\(context.hiddenToken)
      <input type="hidden" name="action" value="follow">
      \(fields.text(
        "email", label,
        .init(
          hint: t("We send one mail to ask whether it is yours. You can stop at any time."), type: "email",
          autocomplete: "email", inputMode: "email")))\
      <button>\(t("Follow"))</button>
      </form>

      """
  }
}
