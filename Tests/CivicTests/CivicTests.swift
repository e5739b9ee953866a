import Civic
import Testing

struct PermissionTests {
  /// The table again, so that a change of any cell must be made twice: the roles citizen, viewer, agent, crew, manager,
  /// administrator, operator; - none, a assigned, A all.
  static let table: [Permission: String] = [
    .readInternal: "-AAAAAA",
    .readContacts: "--AaAAA",
    .editRequest: "--A-AAA",
    .changeStatus: "--AaAAA",
    .assign: "--A-AAA",
    .commentPublicly: "--AaAAA",
    .commentInternally: "--AAAAA",
    .commentPrivately: "--AaAAA",
    .attach: "--AaAAA",
    .reportForOthers: "--A-AAA",
    .moderate: "--A-AAA",
    .destroy: "----AAA",
    .manageCategories: "-----AA",
    .manageAreas: "-----AA",
    .manageTemplates: "-----AA",
    .manageRules: "-----AA",
    .readPeople: "----AAA",
    .managePeople: "-----AA",
    .readAudit: "----AAA",
    .manageTenants: "------A",
  ]

  @Test("each role may do what the table says, cell by cell", arguments: Permission.allCases)
  func cells(permission: Permission) throws {
    let row = try #require(Self.table[permission], "\(permission) stands in the table")
    #expect(row.count == Role.allCases.count)
    for (role, letter) in zip(Role.allCases, row) {
      let expected: Permission.Scope = letter == "A" ? .all : letter == "a" ? .assigned : .none
      #expect(permission.scope(for: role) == expected, "\(role) \(permission)")
    }
  }
}

struct ReferenceTests {
  @Test("a reference reads back from what people make of it")
  func forgiving() throws {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<500 {
      let reference = Reference(bits: generator.next())
      #expect(Reference(reference.description) == reference)
      #expect(Reference(reference.stored.lowercased()) == reference)
      let misread = reference.description.replacing("0", with: "O").replacing("1", with: "l").replacing("-", with: " ")
      #expect(Reference(misread) == reference)
    }
  }

  @Test("one wrong symbol or two exchanged neighbours never pass the check")
  func check() {
    var generator = SystemRandomNumberGenerator()
    let symbols = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
    for _ in 0..<200 {
      let right = Array(Reference(bits: generator.next()).stored)
      for position in 0..<8 {
        for symbol in symbols where symbol != right[position] {
          var wrong = right
          wrong[position] = symbol
          #expect(Reference(String(wrong)) == nil)
        }
      }
      for position in 0..<7 where right[position] != right[position + 1] {
        var wrong = right
        wrong.swapAt(position, position + 1)
        #expect(Reference(String(wrong)) == nil)
      }
    }
  }

  @Test("nonsense is no reference", arguments: ["", "7", "7Q4K2M9", "7Q4K2M9PX", "7Q4K-2M9U", "💡💡", "'; DROP"])
  func nonsense(text: String) { #expect(Reference(text) == nil) }
}

struct CoordinateTests {
  @Test("only places on Earth are coordinates")
  func range() {
    #expect(Coordinate(latitude: 91, longitude: 0) == nil)
    #expect(Coordinate(latitude: 0, longitude: -180.1) == nil)
    #expect(Coordinate(latitude: .nan, longitude: 0) == nil)
    #expect(Coordinate(latitude: 0, longitude: .infinity) == nil)
    #expect(Coordinate(latitude: -90, longitude: 180) != nil)
  }
}

struct AttributeDefinitionTests {
  private func definition(_ kind: AttributeDefinition.Kind, required: Bool = true) -> AttributeDefinition {
    AttributeDefinition(key: "k", label: "K", kind: kind, isRequired: required)
  }

  @Test("a question left out is a problem only where it is required")
  func leftOut() throws {
    try definition(.boolean, required: false).check(nil)
    #expect(throws: AttributeDefinition.Problem.required) { try definition(.boolean).check(nil) }
    #expect(throws: AttributeDefinition.Problem.required) {
      try definition(.text(maximumLength: 9)).check(.text("  "))
    }
  }

  @Test("an answer must fit its kind, range and options")
  func fit() throws {
    try definition(.text(maximumLength: 3)).check(.text("abc"))
    try definition(.number(minimum: 1, maximum: 2)).check(.number(2))
    try definition(.choice(["left", "right"])).check(.text("left"))
    try definition(.choices(["a", "b"])).check(.list(["b", "a"]))
    #expect(throws: AttributeDefinition.Problem.tooLong) {
      try definition(.text(maximumLength: 3)).check(.text("abcd"))
    }
    #expect(throws: AttributeDefinition.Problem.outOfRange) {
      try definition(.number(minimum: 1, maximum: nil)).check(.number(0))
    }
    #expect(throws: AttributeDefinition.Problem.unknownOption) { try definition(.choice(["a"])).check(.text("b")) }
    #expect(throws: AttributeDefinition.Problem.unknownOption) {
      try definition(.choices(["a"])).check(.list(["a", "a"]))
    }
    #expect(throws: AttributeDefinition.Problem.wrongType) { try definition(.boolean).check(.text("true")) }
  }
}
