import FoundationEssentials
import Glibc
import Lamppost

exit(await Command.run(Array(CommandLine.arguments.dropFirst()), environment: ProcessInfo.processInfo.environment))
