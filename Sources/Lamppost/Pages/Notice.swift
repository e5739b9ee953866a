import HTML
import Localization

/// What pages say of themselves, above what they show.
enum Notice {
  /// What has just been done. It takes the focus: a screen reader reads it, and whoever works by keyboard goes on from
  /// there.
  /// - Parameters:
  ///   - more: what stands below the sentence, e.g. a way to take it back.
  ///   - takesFocus: false where what was used has it again.
  static func done(_ sentence: String, _ more: HTML? = nil, takesFocus: Bool = true) -> HTML {
    """
    <div class="notice good" role="status" tabindex="-1"\(takesFocus ? " autofocus" as HTML : nil) id="done"><p>\(sentence)</p>\(more)</div>

    """
  }
}
