/// The PHC string format: `$argon2id$v=19$m=19456,t=2,p=1$salt$hash`, salt and hash in base64 without padding.
enum PasswordHash {
  struct Cost: Equatable {
    /// KiB.
    let memory: Int
    let iterations: Int
    let parallelism: Int
  }

  static func text(cost: Cost, salt: [UInt8], hash: [UInt8]) -> String {
    "$argon2id$v=19$m=\(cost.memory),t=\(cost.iterations),p=\(cost.parallelism)$\(base64(salt))$\(base64(hash))"
  }

  /// What verifying `encoded` costs; nil when it is no hash, or one too expensive to have been made here.
  static func cost(of encoded: String) -> Cost? {
    guard encoded.utf8.count <= 512, encoded.utf8.allSatisfy({ $0 != 0 }) else { return nil }
    let parts = encoded.split(separator: "$", omittingEmptySubsequences: false)
    guard parts.count == 6, parts[0].isEmpty, parts[1] == "argon2id", parts[2] == "v=19",
      let salt = bytes(parts[4]), (8...64).contains(salt.count),
      let hash = bytes(parts[5]), (16...64).contains(hash.count)
    else { return nil }
    let costs = parts[3].split(separator: ",", omittingEmptySubsequences: false)
    guard costs.count == 3,
      let memory = number(costs[0], "m="), let iterations = number(costs[1], "t="),
      let parallelism = number(costs[2], "p="),
      (1...16).contains(parallelism), (8 * parallelism...1 << 20).contains(memory), (1...64).contains(iterations)
    else { return nil }
    return Cost(memory: memory, iterations: iterations, parallelism: parallelism)
  }

  /// Digits alone: libargon2 takes neither a sign nor a leading zero.
  private static func number(_ text: Substring, _ prefix: String) -> Int? {
    guard text.hasPrefix(prefix), let first = text.dropFirst(2).utf8.first, (0x31...0x39).contains(first) else {
      return nil
    }
    return Int(text.dropFirst(2))
  }

  private static func base64(_ bytes: [UInt8]) -> String {
    String(Base64URL.encode(bytes).map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 })
  }

  private static func bytes(_ text: Substring) -> [UInt8]? {
    guard !text.contains(where: { $0 == "-" || $0 == "_" }) else { return nil }
    return Base64URL.decode(String(text.map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 }))
  }
}
