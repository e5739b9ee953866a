import Civic
import FoundationEssentials
import JSON
import Localization
import PostgreSQL
import TimeZones

/// A township as the operator of the installation sees it.
struct KeptTownship: Sendable {
  let id: Int
  let slug: String
  let name: String
  let hosts: [String]
  let timeZone: String
  let language: String
  let searchLanguage: String
  let isActive: Bool
  let createdAt: Date
  /// What its boundary reaches from and to; nil where it has none.
  let bounds: BoundingBox?
  let requests: Int
  let openRequests: Int
  let staff: Int

  static let columns: SQL = """
    id, slug, name, hosts, time_zone, language, search_language, active, created_at, bounds, requests, open_requests, staff
    """

  init(_ row: Row) throws {
    id = try row.get(0)
    slug = try row.get(1)
    name = try row.get(2)
    hosts = try row.get(3)
    timeZone = try row.get(4)
    language = try row.get(5)
    searchLanguage = try row.get(6)
    isActive = try row.get(7)
    createdAt = try row.get(8)
    bounds = (try row.get(9, as: String?.self)).flatMap(BoundingBox.init)
    requests = try row.get(10)
    openRequests = try row.get(11)
    staff = try row.get(12)
  }

  func write(to json: inout JSONObjectWriter) {
    json.field("slug", slug)
    json.field("name", name)
    json.array("hosts", hosts)
    json.field("time_zone", timeZone)
    json.field("language", language)
    json.field("search_language", searchLanguage)
    json.field("active", isActive)
    json.field("created_at", createdAt)
    json.field("bbox", bounds?.text)
    json.field("requests", requests)
    json.field("open_requests", openRequests)
    json.field("staff", staff)
  }
}

extension BoundingBox {
  /// `west,south,east,north`
  var text: String { "\(west),\(south),\(east),\(north)" }
}

/// What a township is made with, or a change of one: what is left out stays.
struct TownshipInput: Sendable {
  let name: String?
  let hosts: [HostName]?
  let timeZone: String?
  let language: Language?
  let searchLanguage: String?
  /// `.some(nil)` takes it away.
  let boundary: Boundary??
  let isActive: Bool?

  static let mostHosts = 20

  /// Reads it; what is wrong is gathered in `input`.
  /// - Parameter isNew: whether name, hosts, time zone and language must be said.
  init(_ input: inout ObjectInput, isNew: Bool) {
    name = isNew || input.has("name") ? input.requiredText("name", maximum: 200) : nil
    hosts = isNew || input.has("hosts") ? input.hosts("hosts") : nil
    timeZone = isNew || input.has("time_zone") ? input.timeZone("time_zone") : nil
    language =
      isNew || input.has("language")
      ? input.requiredOption("language", Language.allCases, name: \.rawValue) : nil
    searchLanguage =
      input.option("search_language", SearchLanguage.all, name: \.self) ?? (isNew ? language?.searchLanguage : nil)
    boundary = input.boundary()
    isActive = isNew ? nil : input.bool("active")
  }

  /// Switches it on or off and leaves the rest.
  init(isActive: Bool) {
    (name, hosts, timeZone, language, searchLanguage) = (nil, nil, nil, nil, nil)
    (boundary, self.isActive) = (nil, isActive)
  }
}

/// The dictionaries of full-text search that come with PostgreSQL 15.
enum SearchLanguage {
  static let all = [
    "simple", "arabic", "armenian", "basque", "catalan", "danish", "dutch", "english", "finnish", "french", "german",
    "greek", "hindi", "hungarian", "indonesian", "irish", "italian", "lithuanian", "nepali", "norwegian", "portuguese",
    "romanian", "russian", "serbian", "spanish", "swedish", "tamil", "turkish", "yiddish",
  ]
}

extension Language {
  /// The dictionary for what is written in it.
  var searchLanguage: String {
    switch self {
    case .english: "english"
    case .spanish: "spanish"
    case .french: "french"
    }
  }
}

extension ObjectInput {
  /// One host name or more, each once.
  fileprivate mutating func hosts(_ key: String) -> [HostName] {
    guard let value = value(key) else {
      refuse(key, .required, "is required")
      return []
    }
    guard let elements = value.array, case let texts = elements.compactMap(\.string), texts.count == elements.count
    else {
      refuse(key, .wrongType, "must be a list of texts")
      return []
    }
    if texts.isEmpty { refuse(key, .required, "must name at least one host") }
    if texts.count > TownshipInput.mostHosts {
      refuse(key, .tooMany, "must not be more than \(TownshipInput.mostHosts)")
      return []
    }
    var hosts: [HostName] = []
    for text in texts {
      guard let host = HostName(text.trimmed) else {
        refuse(key, .invalidFormat, "must be host names, e.g. reports.example.org")
        return []
      }
      if !hosts.contains(host) { hosts.append(host) }
    }
    return hosts
  }

  /// A name of the IANA's list, which PostgreSQL knows too.
  mutating func timeZone(_ key: String) -> String {
    let name = requiredText(key, maximum: 64)
    if name.isEmpty { return name }
    guard name.isTimeZone else {
      refuse(key, .unknownOption, "must be a time zone, e.g. America/New_York")
      return ""
    }
    return name
  }
}

extension String {
  /// Whether it names a region's time zone, with its summer time, or UTC. Fixed offsets are none.
  var isTimeZone: Bool { self == "UTC" || contains("/") && Zone(identifier: self) != nil }
}
