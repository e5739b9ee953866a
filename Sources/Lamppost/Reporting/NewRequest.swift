import Civic
import JSON

/// A report as it comes in, its form checked; whether category, answers and place fit is for the database to say.
struct NewRequest: Sendable {
  struct Contact: Sendable, Equatable {
    let name: String?
    let email: String?
    let phone: String?
  }

  let title: String
  let description: String
  let category: String
  let priority: Priority?
  let location: Location?
  let address: String?
  let isAnonymous: Bool
  let contact: Contact?
  /// Whether staff write it down for somebody who calls, with or without their contact.
  let isForCaller: Bool
  let attributes: JSONObject

  /// - Throws: `invalid_input` or the one field's code.
  init(_ input: ObjectInput) throws(Problem) {
    var input = input
    title = input.requiredText("title", maximum: 200)
    description = input.text("description", maximum: 10_000) ?? ""
    category = input.requiredText("category", maximum: 100)
    priority = input.option("priority", Priority.allCases, name: \.name)
    location = input.location("location")
    // Unknown is a value, but one that is said: a client that forgets the field is told.
    if !input.has("location") { input.refuse("location", .required, "is required; null stands for unknown") }
    address = input.text("address", maximum: 500)
    isAnonymous = input.bool("anonymous") ?? false
    contact = input.nested("contact") { contact in
      let email = contact.text("email", maximum: 254)
      if let email, !email.looksLikeAnEmailAddress {
        contact.refuse("email", .invalidFormat, "must be an email address")
      }
      return Contact(name: contact.text("name", maximum: 200), email: email, phone: contact.text("phone", maximum: 50))
    }
    isForCaller = input.bool("for_caller") ?? false
    if isAnonymous && contact != nil {
      input.refuse("contact", .contactNotAllowed, "must be left out of an anonymous report")
    }
    attributes = input.value("attributes")?.object ?? JSONObject(members: [])
    if let value = input.value("attributes") {
      if value.object == nil { input.refuse("attributes", .wrongType, "must be an object") }
      if value.holdsNUL { input.refuse("attributes", .invalidText, "must not contain the NUL character") }
    }
    try input.finish()
  }
}

extension JSONValue {
  /// JSON can say NUL, PostgreSQL cannot keep it.
  fileprivate var holdsNUL: Bool {
    switch self {
    case .string(let text): text.utf8.contains(0)
    case .array(let values): values.contains(where: \.holdsNUL)
    case .object(let object): object.members.contains { $0.key.utf8.contains(0) || $0.value.holdsNUL }
    default: false
    }
  }
}

extension String {
  /// One @ between something and a name with a dot, no white space: enough to catch slips, no more.
  var looksLikeAnEmailAddress: Bool {
    let parts = split(separator: "@", omittingEmptySubsequences: false)
    return parts.count == 2 && !parts[0].isEmpty && parts[1].contains(".") && !parts[1].hasPrefix(".")
      && !parts[1].hasSuffix(".") && !unicodeScalars.contains { $0.properties.isWhitespace || $0.value < 0x20 }
  }
}
