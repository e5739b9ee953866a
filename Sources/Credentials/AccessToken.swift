internal import CJWT
public import FoundationEssentials

/// Who calls, as an access token says it.
public struct AccessClaims: Sendable, Equatable {
  public let person: Int
  public let tenant: Int
  /// Counted up to end all of a person's tokens; the caller compares it with the database.
  public let epoch: Int
  /// Whole seconds.
  public let issuedAt: Date
  /// Whole seconds; the token is no longer valid from then on.
  public let expiresAt: Date
  /// Unique; for the log and for revoking a single token.
  public let id: String

  /// Times are rounded down to whole seconds, as the token holds them.
  public init(person: Int, tenant: Int, epoch: Int, issuedAt: Date, expiresAt: Date, id: String) {
    self.person = person
    self.tenant = tenant
    self.epoch = epoch
    self.issuedAt = Date(timeIntervalSince1970: issuedAt.timeIntervalSince1970.rounded(.down))
    self.expiresAt = Date(timeIntervalSince1970: expiresAt.timeIntervalSince1970.rounded(.down))
    self.id = id
  }
}

/// Why a token is not accepted. What exactly is wrong with an invalid one is nobody's business.
public enum TokenError: Error, Equatable, CustomStringConvertible {
  case invalid, expired, notYetValid
  /// Genuine, but of another issuer or for another audience.
  case foreign
  case notSigned

  public var description: String {
    switch self {
    case .invalid, .foreign: "the access token is not valid"
    case .expired: "the access token has expired"
    case .notYetValid: "the access token is not valid yet"
    case .notSigned: "the access token could not be made"
    }
  }
}

/// Signs and verifies access tokens: JWT with HS256, by libjwt.
public struct TokenSigner: Sendable {
  /// Ours take some 300 bytes; nothing longer is looked at.
  public static let longestToken = 1024
  /// `{"alg":"HS256","typ":"JWT"}` as libjwt writes it. A token must begin with exactly this, which settles every
  /// question of algorithms (`none`, RS256 with our key as its public one) before anything is parsed.
  static let header = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"
  /// How far a clock of ours may be ahead of another.
  private static let clockTolerance = 30

  private let key: Secret
  private let issuer: String
  private let audience: String

  public init(key: Secret, issuer: String, audience: String = "api") {
    self.key = key
    self.issuer = issuer
    self.audience = audience
  }

  /// - Throws: `notSigned` for a lack of memory, or an id or issuer that is too long for a token.
  public func sign(_ claims: AccessClaims) throws(TokenError) -> String {
    let token = try Token()
    let texts = [("iss", issuer), ("aud", audience), ("sub", String(claims.person)), ("jti", claims.id)]
    let numbers = [
      ("tenant", claims.tenant), ("epoch", claims.epoch), ("iat", seconds(claims.issuedAt)),
      ("exp", seconds(claims.expiresAt)),
    ]
    for (name, value) in texts { try require(jwt_add_grant(token.handle, name, value) == 0) }
    for (name, value) in numbers { try require(jwt_add_grant_int(token.handle, name, value) == 0) }
    try require(jwt_set_alg(token.handle, JWT_ALG_HS256, key.bytes, Int32(key.bytes.count)) == 0)
    guard let text = jwt_encode_str(token.handle) else { throw .notSigned }
    defer { free(text) }
    let signed = String(cString: text)
    try require(signed.utf8.count <= Self.longestToken)
    return signed
  }

  /// libjwt checks the signature alone, and accepts expired tokens: times, issuer and audience are checked here.
  public func verify(_ text: String, now: Date) throws(TokenError) -> AccessClaims {
    guard Self.isWellFormed(text), let token = Token(text, key: key), jwt_get_alg(token.handle) == JWT_ALG_HS256,
      let person = token.text("sub").flatMap({ Int($0) }), let tenant = token.integer("tenant"),
      let epoch = token.integer("epoch"), let issuedAt = token.integer("iat"), let expiresAt = token.integer("exp"),
      let id = token.text("jti")
    else { throw .invalid }
    guard token.text("iss") == issuer, token.text("aud") == audience else { throw .foreign }
    let now = seconds(now)
    guard now < expiresAt else { throw .expired }
    let validFrom = max(issuedAt, token.integer("nbf") ?? issuedAt)
    guard validFrom <= now + Self.clockTolerance else { throw .notYetValid }
    return AccessClaims(
      person: person, tenant: tenant, epoch: epoch, issuedAt: Date(timeIntervalSince1970: Double(issuedAt)),
      expiresAt: Date(timeIntervalSince1970: Double(expiresAt)), id: id)
  }

  /// Three parts of strict base64, the first of them ours.
  private static func isWellFormed(_ text: String) -> Bool {
    guard text.utf8.count <= longestToken else { return false }
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 3 && parts[0] == header
      && parts.dropFirst().allSatisfy { Base64URL.decode(String($0))?.isEmpty == false }
  }

  private func seconds(_ date: Date) -> Int {
    // Within 9,999 years either way, so that no date can trap.
    Int(min(max(date.timeIntervalSince1970, -3e11), 3e11).rounded(.down))
  }

  private func require(_ condition: Bool) throws(TokenError) {
    guard condition else { throw .notSigned }
  }
}

/// libjwt's token, owned.
private struct Token: ~Copyable {
  let handle: OpaquePointer

  init() throws(TokenError) {
    var handle: OpaquePointer?
    guard jwt_new(&handle) == 0, let handle else { throw .notSigned }
    self.handle = handle
  }

  init?(_ text: String, key: Secret) {
    var handle: OpaquePointer?
    guard jwt_decode(&handle, text, key.bytes, Int32(key.bytes.count)) == 0, let handle else { return nil }
    self.handle = handle
  }

  deinit { jwt_free(handle) }

  func text(_ name: String) -> String? { jwt_get_grant(handle, name).map { String(cString: $0) } }

  /// By way of the claim's JSON: libjwt's own call gives 0 for what is no integer, and says no error.
  func integer(_ name: String) -> Int? {
    guard let json = jwt_get_grants_json(handle, name) else { return nil }
    defer { free(json) }
    return Int(String(cString: json))
  }
}
