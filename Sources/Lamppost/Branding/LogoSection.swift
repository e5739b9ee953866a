import HTML
import Localization

/// The township's logo on the page of its administrators: what is worn, what became of what was sent, what can be brought
/// back.
struct LogoSection {
  let context: Context
  /// The newest first.
  let logos: [Logo]
  let fields: FormFields

  private var t: Translator { context.t }

  var html: HTML {
    """
    <section id="logo" aria-labelledby="logo-title"\(isPending ? " data-pending" as HTML : nil)>
    <h2 id="logo-title" tabindex="-1">\(t("Logo"))</h2>
    \(state)\(worn)\(upload)\(earlier)</section>

    """
  }

  private var isPending: Bool { logos.contains { [.quarantined, .scanning].contains($0.state) } }

  /// What became of the one that was sent last.
  private var state: HTML? {
    guard let last = logos.first else { return nil }
    let name = ["file": last.fileName ?? t("The file")]
    switch last.state {
    case .clean: return nil
    case .quarantined, .scanning:
      return """
        <div class="notice" role="status"><p>\(t("{file} is being checked for viruses. It is put up by itself as soon as it is found clean.", name))
        <a href="\(Paths.adminBranding())#logo">\(t("Look again"))</a></p></div>

        """
    case .infected:
      return notice(
        t(
          "{file} carried malware ({signature}) and was deleted. Nobody has seen it.",
          name.merging(["signature": last.signature ?? ""]) { $1 }))
    case .failed: return notice(t("{file} could not be used: {reason}", name.merging(["reason": reason(last)]) { $1 }))
    }
  }

  private func notice(_ sentence: String) -> HTML {
    "<div class=\"notice bad\" role=\"status\"><p>\(sentence)</p></div>\n"
  }

  private func reason(_ logo: Logo) -> String {
    switch logo.reason {
    case Logo.tooHeavy: t("Even made small it is too large. Send a simpler picture, or a JPEG.")
    case "empty": t("The file is empty.")
    case "too_many_pixels": t("The picture has too many pixels.")
    case "broken_image": t("The picture is damaged or incomplete.")
    case "scan_failed": t("It could not be checked.")
    default: t("Only pictures in JPEG, PNG, WebP, HEIC and AVIF are taken.")
    }
  }

  private var worn: HTML? {
    guard let logo = logos.first(where: \.isWorn) else {
      return "<p class=\"muted\">\(t("No logo stands above your pages."))</p>\n"
    }
    return """
      <div class="logo-row">\(picture(logo, alt: t("The logo above your pages")))
      <form method="post" action="\(Paths.adminBranding())">\(context.hiddenToken)\
      <button class="quiet" name="action" value="bare">\(t("Take it down"))</button></form></div>

      """
  }

  private func picture(_ logo: Logo, alt: String) -> HTML? {
    guard let digest = logo.digest, let width = logo.width, let height = logo.height else { return nil }
    return """
      <span class="logo-ground"><img class="logo" src="\(Paths.logo(digest))" alt="\(alt)" width="\(width)" \
      height="\(height)"></span>
      """
  }

  private var upload: HTML {
    let error = fields.error("file")
    return """
      <form method="post" action="\(Paths.adminBranding())#logo" enctype="multipart/form-data">\(context.hiddenToken)
      <div class="field\(error == nil ? "" : " wrong")"><label for="field-file">\(t("A new logo"))</label>
      <p class="hint" id="field-file-hint">\(t("JPEG, PNG or WebP of at most 1 MB. It stands 40 pixels high on the colour of the band."))</p>
      \(error.map { error in
        """
        <p class="error" id="field-file-error"><span class="visually-hidden">\(t("Error:"))</span> \
        \(FieldMessages.sentence(error, label: t("A new logo"), t))</p>

        """ as HTML
      })<input type="file" id="field-file" name="file" accept="image/jpeg,image/png,image/webp,image/heic,image/avif" \
      aria-describedby="field-file-hint\(error == nil ? "" : " field-file-error")"></div>
      <button class="quiet" name="action" value="logo">\(t("Send the logo"))</button>
      </form>

      """
  }

  private var earlier: HTML? {
    let list = logos.filter { $0.state == .clean && !$0.isWorn }
    if list.isEmpty { return nil }
    return """
      <h3>\(t("Earlier logos"))</h3>
      <ul class="logo-list">
      \(list.map { logo in
        let when = When(logo.createdAt, t)
        let name = logo.fileName ?? t("Without a name")
        return """
          <li class="logo-row">\(picture(logo, alt: name))
          <span class="muted">\(when.html)</span>
          <form method="post" action="\(Paths.adminBranding())">\(context.hiddenToken)\
          <input type="hidden" name="logo" value="\(logo.id.pathComponent)">\
          <button class="quiet" name="action" value="wear" aria-label="\(t("Put up {file}", ["file": name]))">\(t("Put up"))</button></form></li>

          """ as HTML
      })</ul>

      """
  }
}
