/// What a listener hears.
public enum Notification: Sendable, Hashable {
  case message(channel: String, payload: String)
  /// The connection is new, the first included, or messages were dropped: what was sent before may be missed,
  /// so look once for yourself.
  case reconnected
}
