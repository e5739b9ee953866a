import HTML
import Localization

/// Who can read what is said: always the same picture, words and colour.
enum VoiceLabel {
  static func html(_ visibility: Visibility, _ t: Translator) -> HTML {
    let (icon, text): (Icon, String) =
      switch visibility {
      case .internal: (.lock, t("Internal – staff only"))
      case .public: (.everyone, t("Public update – anyone"))
      case .private: (.envelope, t("Private – reporter and staff"))
      }
    return "<span class=\"voice-label\">\(icon.html) \(text)</span>"
  }
}
