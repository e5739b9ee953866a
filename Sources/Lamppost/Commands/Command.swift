import FoundationEssentials
import Glibc

/// The command line: one word says what to do.
public enum Command {
  static let usage = """
    Usage: lamppost COMMAND

      serve                       answer calls (DATABASE_URL, REDIS_URL, LAMPPOST_UPLOADS, LAMPPOST_SECRET, …)
      work                        run jobs: scan files, keep map counts (DATABASE_WORKER_URL, LAMPPOST_SIGNATURES, …)
      migrate                     bring the database to this version (DATABASE_ADMIN_URL)
      import requests FILE.csv[.gz] --map MAPPING.json
      import areas FILE.geojson[.gz] --layer LAYER
      import streets FILE.geojson[.gz]
      tenant create|set|show|list|add-host|remove-host|deactivate|reactivate
                                  townships: their names, what their pages say, whether they are served
      user create EMAIL --role ROLE | reset-password EMAIL | end-second-factor EMAIL
      close-silent                close now what is completed and whose reporter is silent
      deadlines [--at TIME]       look once for targets that come near or were missed (DATABASE_WORKER_URL)
      retention [--dry-run]       make anonymous and delete what has had its time
      demo                        load the demo township
      config export|import FILE   a township's whole configuration in one file
      audit verify                find what was changed in history and audit log behind the application's back
      doctor                      look for what is wrong with this installation

    Every variable is described in .env.example. Say --help after a command for its options.
    """

  /// Runs one command.
  /// - Parameter arguments: without the program's name.
  /// - Returns: the exit status: 0 done, 1 failed, 2 not understood.
  public static func run(_ arguments: [String], environment: [String: String]) async -> Int32 {
    do {
      switch arguments.first {
      case "serve": try await Serve.run(environment)
      case "work": try await Work.run(environment)
      case "migrate": try await Migrate.run(environment)
      case "import": try await ImportCommand.run(Array(arguments.dropFirst()), environment)
      case "tenant": try await TenantCommand.run(Array(arguments.dropFirst()), environment)
      case "user": try await UserCommand.run(Array(arguments.dropFirst()), environment)
      case "close-silent": try await CloseSilentCommand.run(Array(arguments.dropFirst()), environment)
      case "deadlines": try await DeadlinesCommand.run(Array(arguments.dropFirst()), environment)
      case "retention": try await RetentionCommand.run(Array(arguments.dropFirst()), environment)
      case "demo": try await DemoCommand.run(environment)
      case "config": try await ConfigCommand.run(Array(arguments.dropFirst()), environment)
      case "audit": return try await AuditCommand.run(Array(arguments.dropFirst()), environment) ? 0 : 1
      case "doctor": return try await Doctor.run(environment) ? 0 : 1
      case "help", "--help", "-h":
        print(usage)
      default: throw UsageError(arguments.first.map { "There is no command \"\($0)\"." } ?? "Say what to do.")
      }
      return 0
    } catch let error as UsageError {
      complain("\(error.sentence)\n\n\(usage)")
      return 2
    } catch let error as ConfigurationError {
      complain("\(error)")
      return 1
    } catch {
      // The operator sits before this: the rich text, not the bland one.
      complain(String(reflecting: error))
      return 1
    }
  }

  static func complain(_ text: String) {
    let bytes = Array((text + "\n").utf8)
    _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }
}

/// The command line was not understood.
struct UsageError: Error {
  let sentence: String
  init(_ sentence: String) { self.sentence = sentence }
}

/// Options of a command: `--name value`, `--flag`, and what is left.
struct Arguments {
  private(set) var positional: [String] = []
  private var options: [String: String] = [:]
  private var flags: Set<String> = []

  /// - Throws: for an option that is not known or has no value.
  init(_ arguments: [String], options names: Set<String>, flags flagNames: Set<String> = []) throws(UsageError) {
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      guard argument.hasPrefix("--") else {
        positional.append(argument)
        continue
      }
      let name = String(argument.dropFirst(2))
      if flagNames.contains(name) {
        flags.insert(name)
      } else if names.contains(name), let value = rest.popFirst() {
        options[name] = value
      } else {
        throw UsageError(names.contains(name) ? "--\(name) needs a value." : "There is no option --\(name).")
      }
    }
  }

  subscript(_ name: String) -> String? { options[name] }

  func has(_ flag: String) -> Bool { flags.contains(flag) }

  func required(_ name: String) throws(UsageError) -> String {
    guard let value = options[name] else { throw UsageError("--\(name) is required.") }
    return value
  }
}
