public import FoundationEssentials

extension UUID: PathParameter {
  /// In lower case only, so that each identifier has one URL.
  public init?(pathComponent: String) {
    guard let value = UUID(uuidString: pathComponent), value.pathComponent == pathComponent else { return nil }
    self = value
  }

  public var pathComponent: String { uuidString.lowercased() }
}
