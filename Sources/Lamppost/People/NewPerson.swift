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
    password = input.newPassword("password")
  }
}

extension ObjectInput {
  /// A password that is going to be one.
  mutating func newPassword(_ key: String) -> String {
    let password = secretText(key, maximum: PasswordHasher.longestPassword)
    if !password.isEmpty && password.unicodeScalars.count < RegisterPerson.shortestPassword {
      refuse(key, .tooShort, "must have at least \(RegisterPerson.shortestPassword) characters")
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
