import Civic
import Testing

@Suite struct UndoTests {
  @Test("only who made the last change takes it back, and not for long")
  func rules() throws {
    try Undo.check(author: 1, age: 0, by: 1)
    try Undo.check(author: 1, age: Undo.window, by: 1)
    #expect(throws: Undo.Refusal.tooLate) { try Undo.check(author: 1, age: Undo.window + 0.1, by: 1) }
    #expect(throws: Undo.Refusal.notYours) { try Undo.check(author: 2, age: 1, by: 1) }
    #expect(throws: Undo.Refusal.notYours) { try Undo.check(author: nil, age: 1, by: 1) }
    #expect(throws: Undo.Refusal.nothingToUndo) { try Undo.check(author: nil, age: nil, by: 1) }
  }
}

@Suite struct MentionTests {
  private let names = ["Ann Lee", "Ann", "Zoë O’Neil"]

  @Test(
    "a name after an @ calls, whole and in whatever case; a longer one goes first",
    arguments: [
      ("@Ann Lee please", ["ann lee"]), ("@ann, and @ANN LEE", ["ann", "ann lee"]), ("(@zoë o’neil)", ["zoë o’neil"]),
      ("ann@ann.example", []), ("@Anna", []), ("@ Ann", []), ("Ann", []), ("@@Ann", ["ann"]), ("@Ann\n@Ann", ["ann"]),
      ("@", []), ("", []), ("x @Ann Leeds", ["ann"]),
    ])
  func calls(text: String, called: [String]) {
    #expect(Mention.names(in: text, among: names) == Set(called))
  }

  @Test("the pieces of a text are the text")
  func pieces() {
    for text in ["a @Ann b @Ann Lee", "@Ann", "no one", "@Ann@Ann", "é@Ann ü @Zoë O’Neil!"] {
      let joined = Mention.pieces(of: text, names: names).map { piece in
        switch piece {
        case .text(let part), .call(let part): String(part)
        }
      }.joined()
      #expect(joined == text)
    }
  }

  @Test("a text of nothing but @ is looked through once")
  func flood() {
    let many = (0..<1000).map { "Person \($0)" }
    #expect(Mention.names(in: String(repeating: "@", count: 10_000), among: many).isEmpty)
    #expect(Mention.pieces(of: "@Ann", names: [String]()) == [.text("@Ann")])
  }
}
