/// Who is told of an event by mail.
enum Audience: Sendable {
  case nobody
  /// The reporter, where they left an address.
  case reporter
  /// The reporter, and everybody who follows.
  case followers

  /// What is internal is for nobody, whatever it is; a kind that is not listed here is for nobody either.
  static func of(_ kind: RequestEvent.Kind?, _ visibility: Visibility) -> Audience {
    switch (visibility, kind) {
    case (.internal, _): .nobody
    // The receipt holds the reporter's own link.
    case (.public, .created): .reporter
    case (.public, .status), (.public, .comment), (.public, .confirmation), (.public, .withdrawn): .followers
    case (.private, .message), (.private, .status): .reporter
    default: .nobody
    }
  }
}
