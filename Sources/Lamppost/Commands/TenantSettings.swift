import FoundationEssentials
import PostgreSQL
import TimeZones

/// What `lamppost tenant set` changes: how the township's pages speak, and when a report becomes public.
struct TenantSettings: Sendable {
  private(set) var name: String?
  private(set) var emergencyNumber: String?
  /// `.some(nil)` takes it away.
  private(set) var contactEmail: String??
  private(set) var publishesAtOnce: Bool?
  private(set) var timeZone: String?

  static let options = ["name", "emergency-number", "contact-email", "publishes-at-once", "time-zone"]

  /// - Throws: for a value that cannot be, and when nothing is to be changed.
  init(_ options: Arguments) throws(UsageError) {
    guard Self.options.contains(where: { options[$0] != nil }) else {
      throw UsageError("Say what to set: " + Self.options.map { "--\($0)" }.joined(separator: ", ") + ".")
    }
    name = try Self.text(options, "name", 1...200)
    emergencyNumber = try Self.text(options, "emergency-number", 1...30)
    if let email = options["contact-email"]?.trimmed {
      guard email.isEmpty || email.looksLikeAnEmailAddress && email.unicodeScalars.count <= 254 else {
        throw UsageError("--contact-email must be an email address, or empty for none.")
      }
      contactEmail = .some(email.isEmpty ? nil : email)
    }
    switch options["publishes-at-once"] {
    case nil: break
    case "yes", "true": publishesAtOnce = true
    case "no", "false": publishesAtOnce = false
    default: throw UsageError("--publishes-at-once must be yes or no.")
    }
    if let zone = options["time-zone"] {
      guard Zone(identifier: zone) != nil else { throw UsageError("There is no time zone \"\(zone)\".") }
      timeZone = zone
    }
  }

  static func text(
    _ options: Arguments, _ name: String, _ lengths: ClosedRange<Int>
  ) throws(UsageError) -> String? {
    guard let text = options[name]?.trimmed else { return nil }
    guard lengths.contains(text.unicodeScalars.count), !text.unicodeScalars.contains(where: { $0.value < 32 }) else {
      throw UsageError("--\(name) must have \(lengths.lowerBound) to \(lengths.upperBound) characters.")
    }
    return text
  }

  /// Calls that are answered meanwhile see the change within a few seconds (`TenantDirectory`).
  func apply(to id: Int, in transaction: Transaction) async throws {
    let changesEmail = contactEmail != nil
    let email = contactEmail ?? nil
    try await transaction.execute(
      """
      UPDATE tenants SET name = coalesce(\(name), name),
             emergency_number = coalesce(\(emergencyNumber), emergency_number),
             contact_email = CASE WHEN \(changesEmail) THEN \(email) ELSE contact_email END,
             publishes_at_once = coalesce(\(publishesAtOnce), publishes_at_once),
             time_zone = coalesce(\(timeZone), time_zone)
       WHERE id = \(id)
      """)
  }
}
