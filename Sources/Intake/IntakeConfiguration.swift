/// How strangers' files are met: where the sandboxed program is, what it may use, and what is accepted.
public struct IntakeConfiguration: Sendable, Equatable {
  /// Path of `lamppost-intake`, which links libclamav, libvips, libmagic and libqpdf.
  public var executable: String
  /// Folder of the signature database that freshclam keeps.
  public var signatures: String
  /// An existing folder, used for nothing else, that the program's user may write to. Where namespaces are allowed
  /// each file gets a private tmpfs mounted over it; in a container that forbids them, each file gets a folder in it,
  /// so mount a tmpfs there.
  public var scratch: String

  /// Files inspected at once, 1 or more. Each may use a core and `memoryLimit`.
  public var concurrency = 2
  /// Wall-clock time for one file, after which its child is killed.
  public var timeout: Duration = .seconds(30)
  /// Processor seconds for one file, over all threads of its child.
  public var cpuSeconds = 30
  /// Bytes of address space a child may take beyond what the warm parent has.
  public var memoryLimit = 1 << 30
  /// Bytes of the private temporary filesystem, where libclamav unpacks archives.
  public var scratchLimit = 256 << 20

  /// Larger files are not accepted, bytes.
  public var maximumFileBytes = 25 << 20
  /// Images of more pixels (width times height, before decoding) are not accepted.
  public var maximumPixels = 100_000_000
  /// The longer edge of a clean image, pixels; larger ones are scaled down to it.
  public var imageEdge = 4096
  /// The longer edge of a thumbnail, pixels.
  public var thumbnailEdge = 480

  /// Whether a folder without an official database (main or daily, `.cvd` or `.cld`) will do: for tests and for trying
  /// the program out. At least one signature is always required.
  public var allowLocalSignatures = false
  /// The age at which an official database stops scanning; a local one has no age.
  public var maximumSignatureAge: Duration = .seconds(7 * 24 * 3600)
  /// How often the signature folder is looked at for changes.
  public var signatureCheckInterval: Duration = .seconds(30)

  public init(executable: String, signatures: String, scratch: String) {
    self.executable = executable
    self.signatures = signatures
    self.scratch = scratch
  }
}
