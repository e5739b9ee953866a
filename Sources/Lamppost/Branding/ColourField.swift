import Civic
import HTML

/// A colour in a form: as text, which says what is meant, with the browser's own chooser beside it. The chooser cannot
/// say "none", so it counts where it was moved and the text was not; with the script the two are always the same.
struct ColourField {
  let name: String
  /// What the chooser begins with where nothing is chosen.
  let own: Colour

  private var chooser: String { name + "_chooser" }
  private var shown: String { name + "_shown" }

  /// What the form says: empty for none.
  func text(_ form: PageForm) -> String {
    let (text, shown) = (form[name] ?? "", form[shown] ?? "")
    guard text == shown, let chosen = form[chooser], Colour(chosen) != begins(with: shown) else { return text }
    return chosen
  }

  private func begins(with text: String) -> Colour { Colour(text) ?? own }

  func html(_ fields: FormFields, label: String, hint: String) -> HTML {
    let t = fields.t
    let (id, value, error) = ("field-\(name)", fields.value(name), fields.error(name))
    return """
      <div class="field\(error == nil ? "" : " wrong")">
      <label for="\(id)">\(label) <span class="optional">\(t("(optional)"))</span></label>
      <p class="hint" id="\(id)-hint">\(hint)</p>
      \(error.map { error in
        """
        <p class="error" id="\(id)-error"><span class="visually-hidden">\(t("Error:"))</span> \
        \(FieldMessages.sentence(error, label: label, t))</p>

        """ as HTML
      })<div class="reveal colour"><input type="text" id="\(id)" name="\(name)" value="\(value)" maxlength="7" \
      spellcheck="false" autocomplete="off" aria-describedby="\(id)-hint\(error == nil ? "" : " \(id)-error")"\
      \(error == nil ? nil : " aria-invalid=\"true\"" as HTML)>\
      <input type="color" name="\(chooser)" value="\(begins(with: value).description)" \
      aria-label="\(t("{label}: choose by eye", ["label": label]))">\
      <input type="hidden" name="\(shown)" value="\(value)"></div>
      </div>

      """
  }
}
