/// Which reports may be made one, and what goes along.
public enum Merging {
  /// Why it was refused.
  public enum Refusal: Error, Sendable, Equatable {
    /// A request is no duplicate of itself, nor of one that is its own duplicate.
    case itself
    /// It was merged before.
    case alreadyMerged
    /// The survivor was withdrawn, or called a duplicate of something that is not known here.
    case survivorEnded(Status)
    /// A request that has ended otherwise, or a township that does not use `duplicate`.
    case status(Workflow.Refusal)
  }

  /// Who reads what was said or sent.
  public enum Audience: CaseIterable, Sendable {
    case everyone
    case staff
    /// The reporter and staff.
    case reporter
  }

  /// A request, as far as these rules need it.
  public struct Side: Sendable, Equatable {
    public let id: Int
    public let status: Status
    public let isMerged: Bool
    /// Whether everybody sees it, and its exact place.
    public let isOpen: Bool
    /// Number of its category.
    public let category: Int

    public init(id: Int, status: Status, isMerged: Bool, isOpen: Bool, category: Int) {
      (self.id, self.status, self.isMerged, self.isOpen, self.category) = (id, status, isMerged, isOpen, category)
    }
  }

  /// Judges whether `duplicate` may become one of `survivor`.
  public static func check(_ duplicate: Side, into survivor: Side, _ workflow: Workflow) throws(Refusal) {
    if duplicate.id == survivor.id { throw .itself }
    if duplicate.isMerged { throw .alreadyMerged }
    if workflow.off.contains(.duplicate) { throw .status(.switchedOff) }
    // Called a duplicate before, but nobody said of what.
    guard duplicate.status == .duplicate || workflow.next(from: duplicate.status, by: .merging) != nil else {
      throw .status(.transitionNotAllowed)
    }
    if survivor.status == .withdrawn || survivor.status == .duplicate { throw .survivorEnded(survivor.status) }
  }

  /// Whether what an audience reads goes along to the survivor. Nobody may read there what they could not read before:
  /// a thread between a reporter and staff never leaves its report, since the survivor has another reporter; what
  /// everybody reads goes where everybody reads it, and not where its being there would tell where a blurred report is.
  /// What staff say of a report that is not open to all stays among those who work on its category.
  public static func moves(_ audience: Audience, from duplicate: Side, to survivor: Side) -> Bool {
    switch audience {
    case .staff: duplicate.isOpen && survivor.isOpen || duplicate.category == survivor.category
    case .everyone: duplicate.isOpen && survivor.isOpen
    case .reporter: false
    }
  }
}
