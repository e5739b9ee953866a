/// Who may take a change back, and how long. Nothing is erased: taking back is a change of its own.
public enum Undo {
  /// Seconds after the change. Pages offer it for ten; the rest is for slow lines and for who has to look for the button.
  /// Mails about a status wait for 31 (0019_following.sql), so that none tells of what was taken back.
  public static let window = 30.0

  /// Why it was refused.
  public enum Refusal: Error, Sendable, Equatable {
    case nothingToUndo
    /// Somebody else made the last change.
    case notYours
    case tooLate
  }

  /// Judges whether `person` may take the last change back.
  /// - Parameters:
  ///   - author: who made it; nil for nobody with an account.
  ///   - age: seconds since; nil where there is no change that could be taken back.
  public static func check(author: Int?, age: Double?, by person: Int) throws(Refusal) {
    guard let age else { throw .nothingToUndo }
    guard author == person else { throw .notYours }
    guard age <= window else { throw .tooLate }
  }
}
