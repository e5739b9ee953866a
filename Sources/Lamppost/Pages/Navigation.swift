import Civic
import HTML
import HTTPServer
import Localization

/// What stands above and below every page: every page can be reached from here by those who may see it.
struct Navigation {
  let context: Context

  private var t: Translator { context.t }

  private var actor: Actor { context.standing ?? context.actor }

  private struct Item {
    let path: String
    let label: String
    var isCallToAction = false
  }

  private var items: [Item] {
    var items = [
      Item(path: Paths.report(), label: t("Report a problem"), isCallToAction: true),
      Item(path: Paths.mapPage(), label: t("Map and list")),
    ]
    if actor.seesInternal {
      items.append(Item(path: Paths.triage(), label: t("Triage")))
      items.append(Item(path: Paths.dashboard(), label: t("Dashboard")))
    }
    if actor.may(.readPeople) && !actor.may(.manageCategories) {
      items.append(Item(path: Paths.adminPeople(), label: t("People")))
    }
    if actor.may(.moderate) {
      let waiting = context.abuseWaiting
      items.append(
        Item(
          path: Paths.moderationPage(),
          label: waiting == 0 ? t("Moderation") : t("Moderation ({count})", ["count": t.number(waiting)])))
    }
    if actor.may(.manageCategories) {
      items.append(Item(path: Paths.administration(), label: t("Administration")))
    }
    if context.actor.may(.manageTenants) { items.append(Item(path: Paths.townships(), label: t("Townships"))) }
    return items
  }

  /// Who one is, at the end of the row; on a phone beside the township's name, above what one can do.
  private var account: HTML {
    guard let person = context.actor.person else { return link(Item(path: Paths.signIn(), label: t("Sign in"))) }
    return "\(link(Item(path: Paths.account(), label: person.name)))\(signOut)"
  }

  /// Logo and name, of which whoever listens hears the name once.
  private var brand: HTML {
    let tenant = context.actor.tenant
    guard let logo = tenant.logo else {
      let icon = context.application.assets.link("icon.svg")
      return "<img src=\"\(icon)\" alt=\"\" width=\"28\" height=\"28\"> <span>\(tenant.name)</span>"
    }
    return """
      <img class="logo" src="\(Paths.logo(logo.digest))" alt="\(tenant.showsName ? "" : tenant.name)" \
      width="\(logo.width)" height="\(logo.height)">\(tenant.showsName ? " <span>\(tenant.name)</span>" as HTML : nil)
      """
  }

  var header: HTML {
    """
    <header class="site">
    <a class="brand" href="\(Paths.home())">\(brand)</a>
    <nav aria-label="\(t("Main"))"><ul>
    \(items.map(link))</ul>
    <ul class="who">
    \(account)</ul></nav>
    </header>

    """
  }

  private func link(_ item: Item) -> HTML {
    let isHere = context.target.prefix { $0 != "?" } == item.path
    return """
      <li><a href="\(item.path)"\(item.isCallToAction ? " class=\"call\"" as HTML : nil)\
      \(isHere ? " aria-current=\"page\"" as HTML : nil)>\(item.label)</a></li>

      """
  }

  private var signOut: HTML? {
    guard context.session != nil else { return nil }
    return """
      <li><form method="post" action="\(Paths.signOut())">\(context.hiddenToken)\
      <button class="link">\(t("Sign out"))</button></form></li>

      """
  }

  var footer: HTML {
    """
    <footer class="site">
    <p class="emergency"><a href="\(Paths.emergency())">\(t("In danger? Call {number}.",
      ["number": context.actor.tenant.emergencyNumber]))</a></p>
    <ul>
    <li><a href="\(Paths.findReport())">\(t("Find your report"))</a></li>
    <li><a href="\(Paths.privacy())">\(t("Privacy"))</a></li>
    <li><a href="\(Paths.accessibility())">\(t("Accessibility"))</a></li>
    <li><a href="\(Paths.api())">\(t("For programs"))</a></li>
    </ul>
    <form method="post" action="\(Paths.language())" class="languages" aria-label="\(t("Language"))">
    \(context.hiddenToken)<input type="hidden" name="return" value="\(context.target)">
    \(Language.allCases.map { language in
      """
      <button class="link" name="language" value="\(language.rawValue)" lang="\(language.rawValue)"\
      \(language == context.language ? " aria-current=\"true\"" as HTML : nil)>\(language.name)</button>

      """ as HTML
    })</form>
    </footer>

    """
  }
}
