import Civic
import HTML
import HTTPServer
import Localization

/// Following by pages: the form's answer, and where the links of mails lead.
enum FollowPage {
  /// What the form of a request's page posts.
  static func submit(_ request: Request, _ context: Context, _ reference: Reference) async throws -> Response {
    let form = try context.postedForm()
    if form["action"] == "stop" {
      try await context.application.followRequest.stop(reference, as: context.actor)
      return .redirect(to: Paths.requestPage(reference) + "?done=unfollowed")
    }
    if context.actor.person != nil {
      try await context.follow(reference, email: nil, language: context.language)
      return .redirect(to: Paths.requestPage(reference) + "?done=followed")
    }
    do {
      var input = form.input(["email"])
      let email = input.mailAddress("email")
      try input.finish()
      try await context.follow(reference, email: email, language: context.language)
    } catch let problem as Problem where [422, 429].contains(problem.code.status.code) {
      return wrong(context, reference, form, problem)
    }
    let t = context.t
    return Page(
      title: t("Look into your mail"), isPrivate: true,
      main: """
        <h1>\(t("Look into your mail"))</h1>
        <p class="notice good" role="status" tabindex="-1" autofocus>\(t("We have sent you a mail. Open the link in it to confirm that you want to follow."))</p>
        <p>\(t("If nothing has come after some minutes, look into your spam folder, or check that the address is right."))</p>
        <p><a href="\(Paths.requestPage(reference))">\(t("Back to the report"))</a></p>
        """
    ).response(context)
  }

  private static func wrong(
    _ context: Context, _ reference: Reference, _ form: PageForm, _ problem: Problem
  ) -> Response {
    let t = context.t
    let shown = FollowForm(context: context, reference: reference, isFollowing: false, form: form, problem: problem)
    return Page(
      title: t("Follow this report"), status: problem.code.status, isPrivate: true,
      main: """
        <h1>\(t("Report {reference}", ["reference": reference.description]))</h1>
        \(shown.html)<p><a href="\(Paths.requestPage(reference))">\(t("Back to the report"))</a></p>
        """
    ).response(context)
  }

  /// A mail's link. Mail programs fetch it to look for malware: it changes nothing by itself.
  static func show(_ request: Request, _ context: Context, _ token: FollowToken) async throws -> Response {
    let following = try await context.application.answerFollowMail.find(token, context.actor.tenant)
    return page(context, following, token)
  }

  static func answer(_ request: Request, _ context: Context, _ token: FollowToken) async throws -> Response {
    let form = try context.postedForm()
    let mail = context.application.answerFollowMail
    let before = try await mail.find(token, context.actor.tenant)
    switch form["action"] {
    case "confirm":
      try await mail.confirm(token, context.actor.tenant)
      return page(
        context, try await mail.find(token, context.actor.tenant), token,
        notice: context.t("You follow this report now."))
    case "stop":
      try await mail.stop(token, context.actor.tenant)
      return stopped(context, before)
    default: throw Problem(.malformedRequest, "The form does not say what to do.")
    }
  }

  private static func page(
    _ context: Context, _ following: AnswerFollowMail.Following, _ token: FollowToken, notice: String? = nil
  ) -> Response {
    let t = context.t
    let isOn = following.isConfirmed && !following.isStopped
    let values = ["reference": following.reference.description, "category": following.category]
    let sentence =
      isOn
      ? t("You get a mail when something happens to report {reference} ({category}).", values)
      : t("Do you want a mail when something happens to report {reference} ({category})?", values)
    let title = isOn ? t("You follow a report") : t("Follow a report")
    return Page(
      title: title, isPrivate: true,
      main: """
        <h1>\(title)</h1>
        \(notice.map { "<p class=\"notice good\" role=\"status\" tabindex=\"-1\" autofocus>\($0)</p>\n" as HTML })<p>\(sentence)</p>
        <form method="post" action="\(Paths.followPage(token))">\(context.hiddenToken)
        <input type="hidden" name="action" value="\(isOn ? "stop" : "confirm")">
        <button>\(isOn ? t("Stop the mails") : t("Yes, follow"))</button>
        </form>
        """
    ).response(context)
  }

  private static func stopped(_ context: Context, _ following: AnswerFollowMail.Following) -> Response {
    let t = context.t
    return Page(
      title: t("No more mails"), isPrivate: true,
      main: """
        <h1>\(t("No more mails"))</h1>
        <p class="notice good" role="status" tabindex="-1" autofocus>\(t("You get no more mails about report {reference}.", ["reference": following.reference.description]))</p>
        <p><a href="\(Paths.home())">\(t("Start page"))</a></p>
        """
    ).response(context)
  }
}
