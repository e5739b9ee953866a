import Civic
import FoundationEssentials
import HTML
import Localization

/// Comments of all three kinds and the history in one line of time, newest first.
extension StaffRequestLayout {
  private enum Entry {
    case comment(Comment)
    case change(HistoryEntry)

    var at: Date {
      switch self {
      case .comment(let comment): comment.createdAt
      case .change(let change): change.at
      }
    }
  }

  var timeline: HTML {
    let comments = view.comments.map(Entry.comment)
    // What was said stands there itself; the history's note that something was said would say it twice.
    let changes = view.history.filter { $0.kind != "comment" && $0.kind != "message" }.map(Entry.change)
    let entries = (changes + comments).enumerated()
      .sorted { ($0.element.at, $0.offset) > ($1.element.at, $1.offset) }
    return """
      <section id="timeline" aria-labelledby="timeline-title">
      <h2 id="timeline-title">\(t("What happened"))</h2>
      \(entries.count > 6 && !view.comments.isEmpty ? choice : nil)<ol class="timeline desk-timeline" reversed>
      \(entries.map { item in
        switch item.element {
        case .comment(let comment): said(comment)
        case .change(let change): changed(change)
        }
      })</ol>
      </section>

      """
  }

  /// What others have done since the reader's page was made.
  var changedMeanwhile: HTML? {
    guard let seen = entered?.form["seen"].flatMap({ Int(digits: $0) }) else { return nil }
    let words = HistoryWords(t: t, view: view)
    let rows = view.history.filter { $0.sequence > seen }.suffix(10)
    if rows.isEmpty { return nil }
    return """
      <ul id="meanwhile">
      \(rows.map { entry in
        let author = entry.isByTownship ? context.actor.tenant.name : entry.actorName
        return "<li>\(words.sentence(entry)) <span class=\"by\">\(author.map { "\($0) · " })\(time(entry.at))</span></li>\n" as HTML
      })</ul>

      """
  }

  /// In a long one, what was said can be read without the changes between.
  private var choice: HTML {
    let choices = [
      ("show-all", t("Everything")), ("show-said", t("What was said")), ("show-changed", t("Changes")),
    ]
    return """
      <fieldset class="timeline-choice"><legend class="visually-hidden">\(t("Show"))</legend>
      \(choices.map { id, label in
        """
        <label for="\(id)"><input type="radio" name="shown" id="\(id)"\(id == "show-all" ? " checked" as HTML : nil)> \
        \(label)</label>

        """ as HTML
      })</fieldset>

      """
  }

  private func said(_ comment: Comment) -> HTML {
    """
    <li class="said voice-\(comment.visibility.rawValue)" id="comment-\(comment.id)">
    <article aria-label="\(label(comment))">
    <header>\(VoiceLabel.html(comment.visibility, t)) <span class="by"><strong>\(author(comment))</strong> \
    \(time(comment.createdAt))</span></header>
    <div class="prose">\(words(of: comment))</div>
    </article>
    </li>

    """
  }

  private func label(_ comment: Comment) -> String {
    switch comment.visibility {
    case .internal: t("Internal comment by {name}", ["name": author(comment)])
    case .public: t("Public update by {name}", ["name": author(comment)])
    case .private: t("Private message by {name}", ["name": author(comment)])
    }
  }

  private func author(_ comment: Comment) -> String {
    if let name = comment.authorName, comment.isFromStaff { return name }
    return comment.authorName.map { t("{name} (reporter)", ["name": $0]) } ?? t("Reporter")
  }

  private func words(of comment: Comment) -> HTML {
    MentionedText.html(comment.body, names: view.mentions[comment.id] ?? [])
  }

  /// What was said with a change: others than staff may read it.
  private func note(_ text: String, _ visibility: Visibility) -> HTML {
    """
    <blockquote class="voice-\(visibility.rawValue)">\(VoiceLabel.html(visibility, t))
    <p class="prose">\(text)</p></blockquote>
    """
  }

  private func changed(_ entry: HistoryEntry) -> HTML {
    let words = HistoryWords(t: t, view: view)
    return """
      <li class="changed" id="event-\(entry.sequence)">
      <span class="voice-label">\(Icon.clock.html) <span class="visually-hidden">\(t("History"))</span></span>
      <div><p>\(words.sentence(entry)) <span class="by">\((entry.isByTownship ? context.actor.tenant.name : entry.actorName).map { "\($0) · " })\(time(entry.at))</span></p>\
      \(entry.note.map { note($0, entry.visibility) })</div>
      </li>

      """
  }
}
