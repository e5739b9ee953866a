import Glibc
import Intake

/// What a child does with its file, once it is in the sandbox.
struct FileInspector {
  /// The numbers under which a child finds its descriptors.
  private static let (input, image, thumbnail): (Int32, Int32, Int32) = (3, 4, 5)

  var configuration: IntakeConfiguration
  /// Of an image, what is painted black.
  var regions: [Region] = []
  let engine: Engine
  let types: FileTypes

  func outcome() -> Outcome {
    do {
      return .verdict(try inspect())
    } catch let error as ScanError {
      return .failed(error)
    } catch let unaccepted as Unaccepted {
      return .verdict(.unaccepted(unaccepted.reason))
    } catch {
      return .failed(ScanError(.crash, "unexpected error"))
    }
  }

  /// Scans first; the type matters only of a file without a finding.
  private func inspect() throws -> Verdict {
    try engine.proveItFinds()
    switch try engine.scan(Self.input) {
    case .signature(let name) where name.hasPrefix("Heuristics.Encrypted."): return .unaccepted(.encrypted)
    case .signature(let name): return .infected(signature: name)
    case .nothing: break
    }
    var status = stat()
    guard fstat(Self.input, &status) == 0 else { throw ScanError(.environment, "the file cannot be read") }
    guard status.st_size > 0 else { return .unaccepted(.empty) }
    guard status.st_size <= configuration.maximumFileBytes else { return .unaccepted(.tooLarge) }
    guard let start = mmap(nil, status.st_size, PROT_READ, MAP_PRIVATE, Self.input, 0), start != MAP_FAILED else {
      throw ScanError(.environment, "the file cannot be read")
    }
    return try clean(UnsafeRawBufferPointer(start: start, count: status.st_size))
  }

  private func clean(_ bytes: UnsafeRawBufferPointer) throws -> Verdict {
    guard let type = types.type(of: bytes) else { return .unaccepted(.unacceptedType) }
    let format: Picture.Format
    switch type {
    case .jpeg: format = .jpeg
    case .png: format = .png
    case .webp: format = .webp
    case .heif: format = .heif
    case .pdf: return .clean(try CleanDocument.write(bytes, to: OutputFile(descriptor: Self.image)))
    }
    return .clean(
      try CleanImage.write(
        bytes, of: format, limits: configuration, blackening: regions,
        image: OutputFile(descriptor: Self.image), thumbnail: OutputFile(descriptor: Self.thumbnail)))
  }
}
