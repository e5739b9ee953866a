import Civic
import HTML

/// The three ways to say something, which nobody shall mistake for one another.
extension StaffRequestLayout {
  var composers: HTML? {
    let boxes = [
      may(.commentInternally) ? composer(.internal) : nil, may(.commentPublicly) ? composer(.public) : nil,
      may(.commentPrivately) ? composer(.private) : nil,
    ].compactMap(\.self)
    if boxes.isEmpty { return nil }
    return """
      <section id="talk" aria-labelledby="talk-title">
      <h2 id="talk-title">\(t("Write"))</h2>
      <div class="composers">
      \(boxes)</div>
      </section>

      """
  }

  private func composer(_ visibility: Visibility) -> HTML {
    let (kind, label, hint, button) = words(visibility)
    // One of them is open at first: the one that tells nobody outside.
    let isOpen = entered.map { $0.kind == kind } ?? (visibility == .internal)
    return """
      <details class="composer voice-\(visibility.rawValue)" id="composer-\(visibility.rawValue)" name="composer"\
      \(isOpen ? " open" as HTML : nil)>
      <summary>\(VoiceLabel.html(visibility, t))</summary>
      \(form(
        kind, button: button, style: "voice-button",
        """
        \(templates(visibility))\(fields(kind).textArea(
          kind.rawValue + "_body", label, .init(hint: hint, maximumLength: 10_000, rows: 4, isSpellchecked: true)))
        """))
      </details>

      """
  }

  /// Texts that are written often. Without a script the button puts the text into the field by a round trip.
  private func templates(_ visibility: Visibility) -> HTML? {
    let own = view.templates.filter { $0.visibility == visibility }
    if own.isEmpty { return nil }
    let id = "template-\(visibility.rawValue)"
    return """
      <div class="field template"><label for="\(id)">\(t("Start from a template"))</label>
      <div class="template-row"><select id="\(id)" name="template">
      <option value="">\(t("None"))</option>
      \(own.map { template in
        """
        <option value="\(template.id)" data-text="\(view.filled(template.body))"\
        \(chosenTemplate == template.id ? " selected" as HTML : nil)>\(template.name)</option>

        """ as HTML
      })</select>
      <button class="small quiet" name="insert" value="true">\(t("Insert"))</button></div></div>

      """
  }

  private var chosenTemplate: Int? { entered?.form["template"].flatMap { Int(digits: $0) } }

  private func words(
    _ visibility: Visibility
  ) -> (kind: StaffRequestForm.Kind, label: String, hint: String, button: String) {
    switch visibility {
    case .internal:
      (
        .internal, t("Internal comment"), t("Only staff ever read this. Write @ and a name to tell a colleague."),
        t("Save for staff only")
      )
    case .public:
      (
        .public, t("Public update"),
        request.visibility == "public"
          ? t("Everyone can read this: name nobody, promise what will be kept.")
          : t("Everyone who may see the request can read this: now its reporter, all once it is public."),
        t("Post where everyone can read it")
      )
    case .private:
      (
        .private, t("Message to the reporter"),
        t("The reporter reads this on the tracking page. Other staff see it too."),
        t("Send to the reporter")
      )
    }
  }
}
