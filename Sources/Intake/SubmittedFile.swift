import Glibc

/// The descriptors of one inspection, checked on our side of the sandbox before and after.
struct SubmittedFile {
  let input: Int32
  let image: Int32
  let thumbnail: Int32
  let regions: [Region]
  /// The longest edge that an image may keep; nil for the configuration's.
  let edge: Int?

  var descriptors: [Int32] { [input, image, thumbnail] }

  /// - Returns: a verdict that needs no reading, if there is one.
  func precheck(_ configuration: IntakeConfiguration) throws(ScanError) -> Verdict? {
    guard let size = size(of: input) else { throw ScanError(.environment, "the input is no file") }
    // What a child may only read, it cannot change, whoever has taken it over.
    guard fcntl(input, F_GETFL) & O_ACCMODE == O_RDONLY else { throw ScanError(.environment, "the input is writable") }
    guard self.size(of: image) == 0, self.size(of: thumbnail) == 0 else {
      throw ScanError(.environment, "an output is no empty file")
    }
    return size > configuration.maximumFileBytes ? .unaccepted(.tooLarge) : nil
  }

  /// Whether the files are what a child says they are: it may have been taken over by what it read.
  func bears(out facts: MediaFacts, _ configuration: IntakeConfiguration) -> Bool {
    guard size(of: image) == facts.byteCount, begins(image, as: facts.mediaType) else { return false }
    guard let dimensions = facts.dimensions, let small = facts.thumbnail else { return size(of: thumbnail) == 0 }
    return size(of: thumbnail) == small.byteCount && begins(thumbnail, as: .jpeg)
      && max(dimensions.width, dimensions.height) <= min(configuration.imageEdge, edge ?? .max)
      && max(small.dimensions.width, small.dimensions.height) <= configuration.thumbnailEdge
  }

  /// `nil` for anything but a regular file.
  private func size(of descriptor: Int32) -> Int? {
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return status.st_size
  }

  private func begins(_ descriptor: Int32, as type: MediaType) -> Bool {
    var bytes = [UInt8](repeating: 0, count: 12)
    guard pread(descriptor, &bytes, bytes.count, 0) == bytes.count else { return false }
    return switch type {
    case .jpeg: bytes.starts(with: [0xff, 0xd8, 0xff])
    case .png: bytes.starts(with: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
    case .webp: bytes.starts(with: "RIFF".utf8) && bytes[8...].starts(with: "WEBP".utf8)
    case .pdf: bytes.starts(with: "%PDF-".utf8)
    }
  }
}
