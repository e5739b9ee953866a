import Civic
import HTML
import Localization

/// What a page looks like in a township's colours, by day and by night, drawn: no page carries a style of its own.
struct ThemePreview {
  let theme: Theme
  let name: String
  let t: Translator

  var html: HTML {
    """
    <section id="preview" class="theme-preview" aria-labelledby="preview-title" aria-live="polite">
    <h2 id="preview-title">\(t("Preview"))</h2>
    \(notes.map { "<p>\($0)</p>\n" as HTML })\
    <div class="grid">
    \(figure(theme.wholeDay, t("On a light page")))\(figure(theme.wholeNight, t("On a dark page")))</div>
    </section>

    """
  }

  /// What became of what was chosen.
  private var notes: [String] {
    guard let accent = theme.accent else { return [] }
    let (day, night) = (theme.day["--link"] ?? accent, theme.night["--link"] ?? accent)
    var notes: [String] = []
    if day != accent {
      notes.append(
        t(
          "On light pages the accent {chosen} is worn as {worn}, so that it can be read.",
          ["chosen": accent.description, "worn": day.description]))
    }
    if night != accent {
      notes.append(
        t(
          "On dark pages the accent {chosen} is worn as {worn}, so that it can be read.",
          ["chosen": accent.description, "worn": night.description]))
    }
    return notes.isEmpty ? [t("The accent can be read on light and dark pages as it is.")] : notes
  }

  private func figure(_ colours: [String: Colour], _ caption: String) -> HTML {
    func of(_ name: String) -> String { (colours[name] ?? .black).description }
    let short = name.count > 22 ? name.prefix(21) + "…" : name[...]
    return """
      <figure><svg viewBox="0 0 360 170" width="360" height="170" aria-hidden="true">
      <rect width="360" height="170" fill="\(of("--ground"))"/>
      <rect width="360" height="44" fill="\(of("--night"))"/>
      <text x="14" y="27" font-size="14" font-weight="650" fill="\(of("--on-night"))">\(String(short))</text>
      <rect x="206" y="9" width="142" height="26" rx="6" fill="\(of("--mark"))"/>
      <text x="277" y="26" font-size="11" font-weight="650" text-anchor="middle" fill="\(of("--on-mark"))">\(t("Report a problem"))</text>
      <text x="14" y="76" font-size="13" fill="\(of("--text"))">\(t("Text"))</text>
      <text x="14" y="102" font-size="13" text-decoration="underline" fill="\(of("--link"))">\(t("Map and list"))</text>
      <rect x="14" y="120" width="110" height="34" rx="6" fill="\(of("--action"))"/>
      <text x="69" y="142" font-size="13" font-weight="650" text-anchor="middle" fill="\(of("--on-action"))">\(t("Save"))</text>
      </svg><figcaption>\(caption)</figcaption></figure>

      """
  }
}
