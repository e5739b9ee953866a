import Civic
import Credentials
import HTTPServer
import JSON

/// What somebody fills in to make an account, by page or by API.
struct NewPerson: Sendable {
  let email: String
  let name: String
  let password: String

  /// Reads it; what is wrong is gathered in `input`, in the order of the form's fields.
  init(_ input: inout ObjectInput) {
    name = input.requiredText("name", maximum: 200)
    email = input.requiredText("email", maximum: 254)
    if !email.isEmpty && !email.looksLikeAnEmailAddress {
      input.refuse("email", .invalidFormat, "must be an email address")
    }
    password = input.newPassword("password", personal: [name, email])
  }
}

extension ObjectInput {
  /// A password that is going to be one.
  /// - Parameter personal: what strangers know of whose it is to be.
  mutating func newPassword(_ key: String, personal: [String] = []) -> String {
    let password = secretText(key, maximum: PasswordHasher.longestPassword)
    if password.isEmpty { return password }
    do throws(PasswordRule.Refusal) {
      try PasswordRule.check(password, personal: personal)
    } catch {
      refuse(key, error.code, error.message)
    }
    return password
  }

  /// The named fields of a page's form, as if they had come by the API.
  /// - Parameter secrets: taken with their white space.
  init(_ form: PageForm, _ names: [String], secrets: [String] = []) {
    let members =
      names.compactMap { name in form[name].map { JSONObject.Member(key: name, value: .string($0)) } }
      + secrets.compactMap { name in form.raw(name).map { JSONObject.Member(key: name, value: .string($0)) } }
    self.init(JSONObject(members: members))
  }
}

extension PasswordRule.Refusal {
  var code: Problem.Code {
    switch self {
    case .tooShort: .tooShort
    case .tooCommon: .commonPassword
    }
  }

  var message: String {
    switch self {
    case .tooShort: "must have at least \(PasswordRule.shortest) characters"
    case .tooCommon: "is among the first that anybody would try"
    }
  }
}

extension PasswordRule {
  /// - Throws: `too_short`, `common_password`.
  static func require(_ password: String, field: String, of person: Actor.Person, _ tenant: Tenant) throws(Problem) {
    try require(password, field: field, personal: [person.name, person.email, tenant.name])
  }

  /// - Parameter personal: what strangers know of whose it is to be.
  /// - Throws: `too_short`, `common_password`.
  static func require(_ password: String, field: String, personal: [String]) throws(Problem) {
    do throws(Refusal) {
      try check(password, personal: personal)
    } catch {
      throw .field(field, error.code, error.message)
    }
  }
}
