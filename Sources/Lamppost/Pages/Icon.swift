import HTML

/// Small pictures beside a word, which says the same: they are hidden from who listens.
enum Icon: String {
  case lock, everyone, envelope, clock, pin, person

  var html: HTML {
    """
    <svg class="icon" viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor" stroke-width="2" \
    stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">\(drawing)</svg>
    """
  }

  private var drawing: HTML {
    switch self {
    case .lock: "<rect x=\"4\" y=\"11\" width=\"16\" height=\"10\" rx=\"2\"/><path d=\"M8 11V7a4 4 0 0 1 8 0v4\"/>"
    case .everyone: "<path d=\"M3 10v4l11 5V5zM14 8a4 4 0 0 1 0 8M6 15.500V20h3v-3.100M19 5l2-1M20 12h2M19 19l2 1\"/>"
    case .envelope: "<rect x=\"3\" y=\"5\" width=\"18\" height=\"14\" rx=\"2\"/><path d=\"m4 7 8 6 8-6\"/>"
    case .clock: "<circle cx=\"12\" cy=\"12\" r=\"9\"/><path d=\"M12 7v5l3 2\"/>"
    case .pin:
      "<path d=\"M12 21s7-6.500 7-12a7 7 0 0 0-14 0c0 5.500 7 12 7 12z\"/><circle cx=\"12\" cy=\"9\" r=\"2.500\"/>"
    case .person: "<circle cx=\"12\" cy=\"8\" r=\"4\"/><path d=\"M4 21a8 8 0 0 1 16 0\"/>"
    }
  }
}
