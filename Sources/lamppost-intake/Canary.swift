import Glibc
import Intake

/// The EICAR test file, which is harmless by agreement (eicar.org), inside a ZIP archive: what the engine must find.
enum Canary {
  /// Deflated, so that only an engine that unpacks can see the file.
  static let archive: [UInt8] = bytes(
    """
    504b03041400000008000000215c3ccf516846000000440000000a00000063616e6172792e636f6d8b30f5570c5075700c88368909888a30\
    35d10888d3347776d634af5571f574760cd20d0e71f473710c72d175f40bf10cf30c0a0dd60d710d0ed175f3f4715554f1d0f6d00200504b\
    010214031400000008000000215c3ccf516846000000440000000a000000000000000000000080010000000063616e6172792e636f6d504b\
    05060000000001000100380000006e0000000000
    """)

  /// The MD5 and size of EICAR, in the engine's own format: a database need not know it.
  private static let signature = "44d88612fea8a8f36de82e1278abb02f:68:Eicar-Test-Signature\n"

  /// The engine loads from files only.
  static func withSignatureFile(
    in folder: String, _ body: (String) throws(ScanError) -> Void
  ) throws(ScanError) {
    let path = "\(folder)/canary-\(getpid()).hdb"
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw ScanError(.environment, "scratch folder: \(String(cString: strerror(errno)))") }
    defer { unlink(path) }
    let written = write(descriptor, signature, signature.utf8.count)
    close(descriptor)
    guard written == signature.utf8.count else { throw ScanError(.environment, "scratch folder is full") }
    try body(path)
  }

  private static func bytes(_ hexadecimal: String) -> [UInt8] {
    let digits = hexadecimal.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
  }
}
