import HTML
import HTTPServer
import Localization

/// What happens to people's data, as the program does it: whoever changes the program changes the page.
enum PrivacyPage {
  static func show(_ request: Request, _ context: Context) async throws -> Response {
    let t = context.t
    let township = ["township": context.actor.tenant.name]
    return Page(
      title: t("Privacy"),
      main: """
        <h1>\(t("Privacy"))</h1>
        <p class="lead">\(t("What {township} keeps when you report a problem here, and who can see it.", township))</p>
        \(InformationSection(t("If you report anonymously"), anonymous(t)).html)\
        \(InformationSection(t("If you give your name or an address"), named(t)).html)\
        \(InformationSection(t("What everybody can see"), shown(t)).html)\
        \(InformationSection(t("Photos and documents"), files(t)).html)\
        \(InformationSection(t("If you have an account"), account(t)).html)\
        \(InformationSection(t("Cookies and what stays on your device"), device(t)).html)\
        \(InformationSection(t("How long things are kept"), retention(t)).html)\
        \(InformationSection.contact(t("Questions about your data"), context))
        """
    ).response(context)
  }

  private static func anonymous(_ t: Translator) -> [String] {
    [
      t("No account, no name, no email address and no network address is kept with an anonymous report."),
      t("You get a secret tracking link. Only a fingerprint of it is kept, so that nobody can look it up for you."),
      t(
        "To hold off floods of reports, a coded fingerprint of your network is counted for a minute and then forgotten."
      ),
    ]
  }

  private static func named(_ t: Translator) -> [String] {
    [
      t("Your name, email address and telephone number are seen only by staff who work on reports."),
      t("They are used to answer you about this report and for nothing else."),
      t("They are never shown to the public and never sold or passed on by this service."),
      t(
        "If you follow a report by mail, your address is kept until you stop it. If you never confirm it, it is forgotten after a week."
      ),
    ]
  }

  private static func shown(_ t: Translator) -> [String] {
    [
      t(
        "The title, the description, the place, the photos, the state and the answers of staff, once a report is public."
      ),
      t("Before you send a report you see what becomes public. Leave out names and number plates."),
      t(
        "For some kinds of problem the public is shown only the block of some 200 metres, never the exact place or the address."
      ),
      t("Some kinds of problem are never public. Their reports are seen by you and by staff alone."),
    ]
  }

  private static func files(_ t: Translator) -> [String] {
    [
      t("Every file is checked for viruses before anybody can open it. An infected file is deleted."),
      t("Photos are made anew without what the camera wrote into them, such as place, time and device."),
      t("Documents are seen by you and by staff alone."),
    ]
  }

  private static func account(_ t: Translator) -> [String] {
    [
      t("Your name, your email address and a fingerprint of your password that it cannot be read from."),
      t("For each browser that is signed in: since when, when it was last used, and its kind. No network address."),
      t("You can download all of it and delete your account in your account settings."),
    ]
  }

  private static func device(_ t: Translator) -> [String] {
    [
      t("One cookie keeps you signed in, for at most a week. Another keeps your language, if you choose one."),
      t("A report that you write without a connection waits on your device until it is sent."),
      t("There is no advertising, no counting of visitors and nothing from other companies on these pages."),
    ]
  }

  private static func retention(_ t: Translator) -> [String] {
    [
      t(
        "Each kind of problem may have its time: so long after its end a report forgets who reported it, and later its words, place and photos are destroyed. Where no time is set, it is kept until staff remove it."
      ),
      t("Anybody can point out abuse. Staff can hide it, and blacken words and parts of photos."),
      t(
        "Without an account, too, you can ask staff for everything that is kept under your email address or tracking code, or have it deleted."
      ),
      t("When you delete your account, your reports stay without your name and your contact details."),
      t("Within 15 minutes you can take a report back yourself."),
    ]
  }
}

/// How well the pages can be used by everybody, and whom to tell where they cannot.
enum AccessibilityPage {
  static func show(_ request: Request, _ context: Context) async throws -> Response {
    let t = context.t
    let can = [
      t("Everything can be done by keyboard alone and with a screen reader."),
      t("A place can be given without the map: by address, by coordinates or from the list of streets."),
      t("Text can be made four times as large. Pages fit a screen of 320 pixels."),
      t("Light and dark colours follow your device, and so does reduced motion."),
      t("No meaning is told by colour alone."),
      t("The pages work without scripts."),
    ]
    let cannot = [
      t("The map itself cannot be understood without seeing it. The list beside it holds the same reports."),
      t("Photos that people send have no description of what they show."),
      t("What people and staff write stands in the language they wrote it in."),
    ]
    return Page(
      title: t("Accessibility"),
      main: """
        <h1>\(t("Accessibility"))</h1>
        <p class="lead">\(t("These pages of {township} are made to be used by everybody.",
          ["township": context.actor.tenant.name]))</p>
        <p>\(t("They are built to meet level AA of the Web Content Accessibility Guidelines (WCAG) 2.2. Each page is tested for it by a program. That finds many mistakes, but not all."))</p>
        \(InformationSection(t("What you can do"), can).html)\
        \(InformationSection(t("What does not work as well as it should"), cannot).html)\
        \(InformationSection.contact(t("Tell us where something does not work"), context))
        """
    ).response(context)
  }
}

/// Where this service is the wrong place.
enum EmergencyPage {
  static func show(_ request: Request, _ context: Context) async throws -> Response {
    let t = context.t
    let number = context.actor.tenant.emergencyNumber
    let dialled = String(number.filter { $0.isASCII && ($0.isNumber || $0 == "+") })
    let cases = [
      t("somebody is hurt or threatened"), t("there is fire or smoke, or it smells of gas"),
      t("a power line is down or hangs low"), t("a tree, a wall or a sign may fall on somebody at any moment"),
      t("a road is flooded, or has broken away"), t("a crime is happening now"),
    ]
    return Page(
      title: t("In danger?"),
      main: """
        <h1>\(t("In danger? Call {number}.", ["number": number]))</h1>
        <p class="lead">\(t("Nobody reads reports at once. In danger do not report it here: call."))</p>
        \(dialled.isEmpty ? nil : "<p><a class=\"button call\" href=\"tel:\(dialled)\">\(t("Call {number}", ["number": number]))</a></p>\n" as HTML)\
        <h2>\(t("Call when"))</h2>
        <ul>
        \(cases.map { "<li>\($0)</li>\n" as HTML })</ul>
        <h2>\(t("What to do"))</h2>
        <ol>
        <li>\(t("Go to a safe place, and keep others away."))</li>
        <li>\(t("Call {number}. Say where you are, what has happened and whether somebody is hurt.", ["number": number]))</li>
        <li>\(t("Stay on the line until you are told that you can hang up."))</li>
        <li>\(t("Take no photo if it brings you nearer to the danger."))</li>
        </ol>
        <h2>\(t("No danger, but broken?"))</h2>
        <p>\(t("Then this is the right place."))</p>
        <p><a class="button quiet" href="\(Paths.report())">\(t("Report a problem"))</a></p>
        """
    ).response(context)
  }
}

/// A heading with a list of sentences beneath.
struct InformationSection {
  let heading: String
  let sentences: [String]

  init(_ heading: String, _ sentences: [String]) { (self.heading, self.sentences) = (heading, sentences) }

  var html: HTML {
    """
    <h2>\(heading)</h2>
    <ul>
    \(sentences.map { "<li>\($0)</li>\n" as HTML })</ul>

    """
  }

  /// Whom to write to.
  static func contact(_ heading: String, _ context: Context) -> HTML {
    let t = context.t
    let tenant = context.actor.tenant
    let way: HTML =
      tenant.contactEmail.map { email in
        "<a href=\"mailto:\(email)\">\(email)</a>"
      } ?? HTML(text: t("Ask at the town hall: no address has been given here yet."))
    return """
      <h2>\(heading)</h2>
      <p>\(tenant.name): \(way)</p>

      """
  }
}
