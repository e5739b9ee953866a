import HTTPServer

/// A browser as its person would tell it from another: no version, no device, nothing to know a stranger by.
struct BrowserName: Sendable, Equatable {
  /// e.g. `Firefox`; nil where it is none that is known.
  let browser: String?
  /// e.g. `Android`.
  let system: String?

  static let unknown = BrowserName(browser: nil, system: nil)

  private init(browser: String?, system: String?) { (self.browser, self.system) = (browser, system) }

  /// The order matters: every browser names those before it whose pages it wants to be sent.
  private static let browsers = [
    ("Firefox/", "Firefox"), ("FxiOS/", "Firefox"), ("EdgiOS/", "Edge"), ("EdgA/", "Edge"), ("Edg/", "Edge"),
    ("OPR/", "Opera"), ("SamsungBrowser/", "Samsung-Internet"), ("CriOS/", "Chrome"), ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
  ]
  private static let systems = [
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS X", "Mac"),
    ("CrOS", "ChromeOS"), ("Linux", "Linux"),
  ]

  init(userAgent: String) {
    browser = Self.browsers.first { userAgent.contains($0.0) }?.1
    system = Self.systems.first { userAgent.contains($0.0) }?.1
  }

  /// A word for the session store; a missing part is a hyphen.
  var stored: String { "\(browser ?? "-")/\(system ?? "-")" }

  init(stored: some StringProtocol) {
    let parts = stored.split(separator: "/").map { $0 == "-" ? nil : String($0) }
    (browser, system) = parts.count == 2 ? (parts[0], parts[1]) : (nil, nil)
  }
}

extension Request {
  var browser: BrowserName { BrowserName(userAgent: headers["User-Agent"] ?? "") }
}
