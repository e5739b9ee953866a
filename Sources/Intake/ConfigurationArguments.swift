extension IntakeConfiguration {
  /// What `lamppost-intake` is told on its command line, as `name=value`.
  package var arguments: [String] {
    [
      "signatures=\(signatures)", "scratch=\(scratch)",
      "timeout=\(timeout.milliseconds)", "cpu=\(cpuSeconds)", "memory=\(memoryLimit)", "scratch-limit=\(scratchLimit)",
      "file-bytes=\(maximumFileBytes)", "pixels=\(maximumPixels)", "edge=\(imageEdge)", "thumbnail=\(thumbnailEdge)",
      "local=\(allowLocalSignatures ? 1 : 0)", "check=\(signatureCheckInterval.milliseconds)",
    ]
  }

  /// `nil` when an argument is missing, unknown or not a number of 0 or more.
  package init?(executable: String, arguments: [String]) {
    var values: [Substring: Substring] = [:]
    for argument in arguments {
      guard let equals = argument.firstIndex(of: "=") else { return nil }
      values[argument[..<equals]] = argument[argument.index(after: equals)...]
    }
    func number(_ name: Substring) -> Int? { values[name].flatMap { Int($0) }.flatMap { $0 >= 0 ? $0 : nil } }
    guard let signatures = values["signatures"], let scratch = values["scratch"], let timeout = number("timeout"),
      let cpu = number("cpu"), let memory = number("memory"), let scratchLimit = number("scratch-limit"),
      let fileBytes = number("file-bytes"), let pixels = number("pixels"), let edge = number("edge"),
      let thumbnail = number("thumbnail"), let local = number("local"), let check = number("check")
    else { return nil }
    self.init(executable: executable, signatures: String(signatures), scratch: String(scratch))
    self.timeout = .milliseconds(timeout)
    cpuSeconds = cpu
    memoryLimit = memory
    self.scratchLimit = scratchLimit
    maximumFileBytes = fileBytes
    maximumPixels = pixels
    imageEdge = edge
    thumbnailEdge = thumbnail
    allowLocalSignatures = local == 1
    signatureCheckInterval = .milliseconds(check)
  }
}

extension Duration {
  /// Rounded down; at most some 24 days, so that it fits every C timeout.
  package var milliseconds: Int {
    let (seconds, attoseconds) = components
    return Int(min(max(seconds, 0), 2_000_000)) * 1000 + Int(attoseconds / 1_000_000_000_000_000)
  }
}
