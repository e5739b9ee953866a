import HTML
import HTTPServer
import Localization

/// Where the mail to a new address leads. Mail programs fetch links to look for malware: it changes nothing by itself.
enum ConfirmAddressPage {
  static func show(_ request: Request, _ context: Context, _ link: AccountLink) async throws -> Response {
    do {
      let target = try await context.application.changeAddress.find(link, tenant: context.actor.tenant)
      return page(context, link, target)
    } catch let problem as Problem where problem.code == .linkExpired {
      return ExpiredLinkPage.response(context, again: Paths.accountSettings())
    }
  }

  static func submit(_ request: Request, _ context: Context, _ link: AccountLink) async throws -> Response {
    let t = context.t
    do {
      let person = try await context.application.changeAddress(
        link, language: context.language, tenant: context.actor.tenant)
      return Page(
        title: t("Your address is changed"), isPrivate: true,
        main: """
          <h1>\(t("Your address is changed"))</h1>
          <p class="notice good" role="status">\(t("From now on you sign in with {address}.", ["address": person.email]))</p>
          <p><a href="\(Paths.account())">\(t("Your account"))</a></p>
          """
      ).response(context)
    } catch let problem as Problem where problem.code == .linkExpired {
      return ExpiredLinkPage.response(context, again: Paths.accountSettings())
    }
  }

  private static func page(_ context: Context, _ link: AccountLink, _ target: AccountLink.Target) -> Response {
    let t = context.t
    return Page(
      title: t("Confirm your new address"), isPrivate: true,
      main: """
        <h1>\(t("Confirm your new address"))</h1>
        <p>\(t("The account {old} is to have the address {new}.", ["old": target.person.email, "new": target.email ?? ""]))</p>
        <form method="post" action="\(Paths.confirmAddress(link))">\(context.hiddenToken)
        <button>\(t("Yes, this is my address"))</button>
        </form>
        """
    ).response(context)
  }
}
