import Glibc
import Intake

// One thread, from the first line to the last: this process forks a child for each file, and a fork copies only the
// calling thread. So no task, no actor, and no libvips operation runs here; all three happen in children or not at all.

let arguments = CommandLine.arguments
switch arguments.dropFirst().first {
case "serve":
  guard let configuration = IntakeConfiguration(executable: arguments[0], arguments: Array(arguments.dropFirst(2)))
  else { exit(EX_USAGE) }
  WarmParent(configuration, socket: MessageSocket(descriptor: 3)).run()
case "prove-sandbox":
  guard arguments.count == 3 else { exit(EX_USAGE) }
  exit(proveSandbox(scratch: arguments[2]) ? EXIT_SUCCESS : EXIT_FAILURE)
default:
  print("lamppost-intake reads strangers' files in a sandbox; `lamppost` starts it.")
  print("usage: lamppost-intake prove-sandbox FOLDER   shows what a child in the sandbox cannot do")
  exit(EX_USAGE)
}
