import Civic
import Intake
import JSON

/// What becomes of what was there before it was blackened.
enum OriginalFate: String, CaseIterable, Sendable {
  /// Kept for those who may destroy, and for nobody else.
  case seal
  case destroy
}

/// Words to be taken out of a request's texts.
struct WordRedaction: Sendable {
  let words: [String]
  let original: OriginalFate
  let reason: String

  init(_ input: ObjectInput) throws(Problem) {
    var input = input
    var words: [String] = []
    if let list = input.value("words") {
      let texts = list.array?.compactMap(\.string)
      if texts?.count != list.array?.count || texts == nil {
        input.refuse("words", .wrongType, "must be a list of texts")
      }
      words = (texts ?? []).map(\.trimmed).filter { !$0.isEmpty }
    }
    if words.isEmpty && input.errors.isEmpty { input.refuse("words", .required, "is required") }
    if words.count > 20 { input.refuse("words", .tooMany, "must not be more than 20") }
    if words.contains(where: { $0.unicodeScalars.count > 200 }) {
      input.refuse("words", .tooLong, "must not be longer than 200 characters each")
    }
    if words.contains(where: { $0.utf8.contains(0) }) {
      input.refuse("words", .invalidText, "must not contain the NUL character")
    }
    self.words = words
    original = input.requiredOption("original", OriginalFate.allCases, name: \.rawValue)
    reason = input.requiredText("reason", maximum: 1000)
    try input.finish()
  }
}

/// Parts of an image to be painted black.
struct PhotoRedaction: Sendable {
  let regions: [Region]
  let original: OriginalFate
  let reason: String

  init(_ input: ObjectInput) throws(Problem) {
    var input = input
    var regions: [Region] = []
    if let list = input.value("regions") {
      if list.array == nil { input.refuse("regions", .wrongType, "must be a list") }
      for (index, entry) in (list.array ?? []).prefix(Region.limit + 1).enumerated() {
        let name = "regions.\(index)"
        guard let object = entry.object else {
          input.refuse(name, .wrongType, "must be an object")
          continue
        }
        var inner = ObjectInput(object, path: name + ".")
        let numbers = ["x", "y", "width", "height"].map { key in
          if !inner.has(key) { inner.refuse(key, .required, "is required") }
          return inner.integer(key)
        }
        do { try inner.finish() } catch {
          for error in error.errors { input.refuse(error.field, error.code, error.message) }
          continue
        }
        if let x = numbers[0], let y = numbers[1], let width = numbers[2], let height = numbers[3],
          let region = Region(x: x, y: y, width: width, height: height)
        {
          regions.append(region)
        } else {
          input.refuse(name, .outOfRange, "must be a rectangle inside of the image")
        }
      }
    }
    if regions.isEmpty && input.errors.isEmpty { input.refuse("regions", .required, "is required") }
    if regions.count > Region.limit { input.refuse("regions", .tooMany, "must not be more than \(Region.limit)") }
    self.regions = regions
    original = input.requiredOption("original", OriginalFate.allCases, name: \.rawValue)
    reason = input.requiredText("reason", maximum: 1000)
    try input.finish()
  }
}

extension Region {
  /// As they are stored, four numbers each.
  static func all(in numbers: [Int]) -> [Region] {
    stride(from: 0, to: numbers.count - 3, by: 4).compactMap {
      Region(x: numbers[$0], y: numbers[$0 + 1], width: numbers[$0 + 2], height: numbers[$0 + 3])
    }
  }

  var numbers: [Int] { [x, y, width, height] }
}
