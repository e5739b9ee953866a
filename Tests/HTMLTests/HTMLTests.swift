import HTML
import Testing

@Suite("HTML")
struct HTMLTests {
  @Test("a string is escaped for element text and for attributes in quotes")
  func escaping() {
    let hostile = "<script>alert('1' & \"2\")</script>\0"
    let page: HTML = "<p title=\"\(hostile)\">\(hostile)</p>"
    let escaped = "&lt;script&gt;alert(&#39;1&#39; &amp; &quot;2&quot;)&lt;/script&gt;\u{FFFD}"
    #expect(page.rendered == "<p title=\"\(escaped)\">\(escaped)</p>")
  }

  @Test("text without markup stays as it is, in any language")
  func plain() {
    #expect(HTML(text: "Straße, 東京 👍🏽").rendered == "Straße, 東京 👍🏽")
    #expect(HTML(text: "東<京").rendered == "東&lt;京")
  }

  @Test("markup is not escaped twice; arrays and optionals join")
  func nesting() {
    let items: [HTML] = ["a<b", "c"].map { "<li>\($0)</li>" }
    let none: HTML? = nil
    let name: String? = "<x>"
    let absent: String? = nil
    let list: HTML = "<ul>\(items)</ul>\(none)\(name)\(absent)\(42)\("sub<string".prefix(4))"
    #expect(list.rendered == "<ul><li>a&lt;b</li><li>c</li></ul>&lt;x&gt;42sub&lt;")
    #expect(items.joined(separator: ", ").rendered == "<li>a&lt;b</li>, <li>c</li>")
    #expect(items.joined().bytes == Array("<li>a&lt;b</li><li>c</li>".utf8))
  }

  @Test("only the door that says unsafe lets markup in")
  func unsafeDoor() {
    #expect(HTML(unsafeHTML: "<b>").rendered == "<b>")
    #expect(("\(HTML(unsafeHTML: "<b>"))" as HTML).rendered == "<b>")
  }
}
