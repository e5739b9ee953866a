import Civic
import HTTPServer
import JSON

/// Reads a JSON object field by field and gathers everything that is wrong with it, so that a caller hears of all
/// mistakes at once. A field that nobody asked for is a mistake too.
///
///     var input = try await request.input()
///     let body = input.requiredText("body", maximum: 10_000)
///     try input.finish()
struct ObjectInput {
  private let object: JSONObject
  private let path: String
  private var asked: Set<String> = []
  private(set) var errors: [Problem.FieldError] = []

  init(_ object: JSONObject, path: String = "") {
    self.object = object
    self.path = path
  }

  /// The same bytes for the same content, in whatever order its fields came.
  var canonicalBytes: [UInt8] { object.canonicalBytes }

  /// Whether the field is there, be it null.
  func has(_ key: String) -> Bool { object[key] != nil }

  mutating func refuse(_ key: String, _ code: Problem.Code, _ message: String) {
    errors.append(.init(field: path + key, code: code, message: message))
  }

  /// The field's value; nil where it is missing or null.
  mutating func value(_ key: String) -> JSONValue? {
    asked.insert(key)
    guard let value = object[key], !value.isNull else { return nil }
    return value
  }

  /// A text without its outer white space; nil where it is missing, null, empty or wrong.
  /// - Parameter maximum: Unicode scalars, as PostgreSQL counts characters.
  mutating func text(_ key: String, maximum: Int) -> String? {
    guard let value = value(key) else { return nil }
    guard let raw = value.string else {
      refuse(key, .wrongType, "must be a text")
      return nil
    }
    let text = raw.trimmed
    if text.unicodeScalars.count > maximum {
      refuse(key, .tooLong, "must not be longer than \(maximum) characters")
      return nil
    }
    if text.unicodeScalars.contains(where: { $0.value == 0 }) {
      refuse(key, .invalidText, "must not contain the NUL character")
      return nil
    }
    return text.isEmpty ? nil : text
  }

  mutating func requiredText(_ key: String, maximum: Int) -> String {
    let errorsBefore = errors.count
    if let text = text(key, maximum: maximum) { return text }
    if errors.count == errorsBefore { refuse(key, .required, "is required") }
    return ""
  }

  mutating func number(_ key: String) -> Double? {
    guard let value = value(key) else { return nil }
    guard let number = value.double else {
      refuse(key, .wrongType, "must be a number")
      return nil
    }
    return number
  }

  mutating func integer(_ key: String) -> Int? {
    guard let value = value(key) else { return nil }
    guard let number = value.integer else {
      refuse(key, .wrongType, "must be a whole number")
      return nil
    }
    return number
  }

  mutating func bool(_ key: String) -> Bool? {
    guard let value = value(key) else { return nil }
    guard let bool = value.bool else {
      refuse(key, .wrongType, "must be true or false")
      return nil
    }
    return bool
  }

  /// One word of a closed list.
  mutating func option<Option>(_ key: String, _ options: [Option], name: (Option) -> String) -> Option? {
    guard let value = value(key) else { return nil }
    guard let text = value.string else {
      refuse(key, .wrongType, "must be a text")
      return nil
    }
    guard let option = options.first(where: { name($0) == text }) else {
      refuse(key, .unknownOption, "must be one of: " + options.map(name).joined(separator: ", "))
      return nil
    }
    return option
  }

  /// One word of a closed list that must be said; null is no word. Where it is wrong `finish()` throws.
  mutating func requiredOption<Option>(_ key: String, _ options: [Option], name: (Option) -> String) -> Option {
    let errorsBefore = errors.count
    if let option = option(key, options, name: name) { return option }
    if errors.count == errorsBefore { refuse(key, .required, "is required") }
    return options[0]
  }

  /// Several words of a closed list, in the list's order.
  mutating func options<Option>(_ key: String, _ options: [Option], name: (Option) -> String) -> [Option] {
    let words = texts(key, each: 100) ?? []
    let known = options.map(name)
    if words.contains(where: { !known.contains($0) }) {
      refuse(key, .unknownOption, "each must be one of: " + known.joined(separator: ", "))
    }
    return options.filter { words.contains(name($0)) }
  }

  /// Reads a nested object by `body`, whose mistakes are gathered here; nil where it is missing, null or no object.
  mutating func nested<Value>(_ key: String, _ body: (inout ObjectInput) -> Value?) -> Value? {
    guard let value = value(key) else { return nil }
    guard let object = value.object else {
      refuse(key, .wrongType, "must be an object")
      return nil
    }
    var inner = ObjectInput(object, path: path + key + ".")
    let result = body(&inner)
    inner.refuseUnknown()
    errors += inner.errors
    return result
  }

  /// Reads a list of objects, each by `body`, whose mistakes are gathered here with the element's number; nil where it is
  /// missing, null or no list.
  mutating func objects<Value>(_ key: String, limit: Int, _ body: (inout ObjectInput) -> Value) -> [Value]? {
    guard let value = value(key) else { return nil }
    guard let list = value.array else {
      refuse(key, .wrongType, "must be a list")
      return nil
    }
    if list.count > limit {
      refuse(key, .tooMany, "must not be more than \(limit)")
      return nil
    }
    return list.enumerated().compactMap { index, element in
      guard let object = element.object else {
        refuse("\(key).\(index)", .wrongType, "must be an object")
        return nil
      }
      var inner = ObjectInput(object, path: "\(path)\(key).\(index).")
      let result = body(&inner)
      inner.refuseUnknown()
      errors += inner.errors
      return result
    }
  }

  /// `{latitude, longitude, accuracy?}`
  mutating func location(_ key: String) -> Location? {
    nested(key) { input in
      let latitude = input.number("latitude")
      let longitude = input.number("longitude")
      let accuracy = input.number("accuracy")
      if latitude == nil && input.errors.isEmpty { input.refuse("latitude", .required, "is required") }
      if longitude == nil && input.errors.isEmpty { input.refuse("longitude", .required, "is required") }
      guard let latitude, let longitude else { return nil }
      if !(-90...90).contains(latitude) { input.refuse("latitude", .outOfRange, "must be from -90 to 90") }
      if !(-180...180).contains(longitude) { input.refuse("longitude", .outOfRange, "must be from -180 to 180") }
      if let accuracy, !(0...1_000_000).contains(accuracy) {
        input.refuse("accuracy", .outOfRange, "must be from 0 to 1,000,000 metres")
      }
      return Coordinate(latitude: latitude, longitude: longitude).map { Location(coordinate: $0, accuracy: accuracy) }
    }
  }

  private mutating func refuseUnknown() {
    for key in object.keys where !asked.contains(key) { refuse(key, .unknownField, "is not known here") }
  }

  /// Throws what was gathered, unknown fields included.
  mutating func finish() throws(Problem) {
    refuseUnknown()
    if !errors.isEmpty { throw .fields(errors) }
  }
}

/// A place and how sure the device was of it.
struct Location: Sendable, Equatable {
  let coordinate: Coordinate
  /// Metres, to the millimetre: what is far smaller than any device can tell does not fit the column's single
  /// precision, and what is read from there has its digits back.
  let accuracy: Double?

  init(coordinate: Coordinate, accuracy: Double?) {
    self.coordinate = coordinate
    self.accuracy = accuracy.map { ($0 * 1000).rounded() / 1000 }
  }
}

extension String {
  var trimmed: String {
    var scalars = unicodeScalars[...]
    while let first = scalars.first, first.properties.isWhitespace { scalars.removeFirst() }
    while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
    return scalars.count == unicodeScalars.count ? self : String(scalars)
  }
}

extension Request {
  /// Bodies of JSON calls are short; files go by multipart.
  private static let jsonLimit = 256 << 10

  /// The JSON object of the body.
  /// - Throws: `unsupported_media_type`, `malformed_json`, `too_large`, `wrong_type` when it is no object.
  func input() async throws -> ObjectInput {
    guard headers["Content-Type"]?.mediaType == "application/json" else {
      throw Problem(.unsupportedMediaType, "The body must be application/json.")
    }
    return try ObjectInput(parsing: try await body.collect(upTo: Self.jsonLimit))
  }
}

extension ObjectInput {
  /// - Throws: `malformed_json`, or `wrong_type` when the text is no object.
  init(parsing bytes: [UInt8]) throws(Problem) {
    let value: JSONValue
    do { value = try JSONValue.parse(bytes) } catch { throw Problem(.malformedJSON, "\(error)") }
    guard let object = value.object else { throw Problem(.wrongType, "The body must be a JSON object.") }
    self.init(object)
  }
}

extension String {
  /// The type and subtype of a Content-Type, lower case, without parameters.
  var mediaType: String {
    String(prefix { $0 != ";" }).trimmed.lowercased()
  }
}
