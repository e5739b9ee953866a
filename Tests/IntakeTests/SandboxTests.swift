import Glibc
import Intake
import Testing

@Suite("The sandbox") struct SandboxTests {
  @Test("refuses everything a taken-over child would try")
  func proof() throws {
    let folder = try Folder()
    try run("chmod", "755", folder.path)
    let output = String(decoding: try run(try Workshop.executable(), "prove-sandbox", folder.path), as: UTF8.self)
    let lines = output.split(separator: "\n")
    #expect(lines.count >= 16)
    #expect(lines.filter { !$0.hasSuffix(": refused") && !$0.hasSuffix(": allowed") } == [])
  }

  @Test(
    "holds for a user without rights, and for root in a container that forbids namespaces", .enabled(if: getuid() == 0),
    arguments: ["--reuid=65534 --regid=65534 --clear-groups", "--bounding-set=-sys_admin"])
  func ways(options: String) async throws {
    let workshop = try Workshop()
    chmod("\(workshop.folder)/scratch", 0o777)
    // Another user may be kept out of the folder the program was built in.
    let (copy, wrapper) = ("\(workshop.folder)/lamppost-intake", "\(workshop.folder)/wrapper")
    try run("cp", try Workshop.executable(), copy)
    try File.write(Array("#!/bin/sh\nexec setpriv \(options) \(copy) \"$@\"\n".utf8), to: wrapper)
    chmod(wrapper, 0o755)
    let lines = Lines()
    var configuration = try workshop.configuration()
    configuration.executable = wrapper
    let scanner = Scanner(configuration) { lines.append($0) }
    try await scanner.start()

    let ready = lines.all.joined()
    for layer in ["user 65534", "Landlock", "seccomp", "limits"] {
      #expect(ready.utf8.contains(text: layer), "\(ready)")
    }
    #expect(ready.utf8.contains(text: "namespaces,") == options.hasPrefix("--reuid"), "\(ready)")
    let picture = try Fixtures.picture(".jpg")
    let facts = try await scanner.inspect(picture).facts
    #expect(facts?.mediaType == .jpeg)
    try await scanner.expect(.infected(signature: "Eicar-Test-Signature.UNOFFICIAL"), of: PDF.carrying(Fixtures.eicar))
    await scanner.stop()
    let proof = String(decoding: try run(wrapper, "prove-sandbox", "\(workshop.folder)/scratch"), as: UTF8.self)
    #expect(proof.split(separator: "\n").filter { !$0.hasSuffix(": refused") && !$0.hasSuffix(": allowed") } == [])
    #expect(try run("ls", "\(workshop.folder)/scratch") == [], "nothing is left behind")
  }
}
