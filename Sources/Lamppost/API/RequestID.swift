import Credentials

/// The short name of one call, on its response and on every log line about it.
enum RequestID {
  static func make() -> String { Base32.encode(RandomBytes.generate(10)) }
}
