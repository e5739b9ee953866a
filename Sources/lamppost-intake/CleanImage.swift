import Intake

/// A verdict other than clean, thrown from the midst of the work.
struct Unaccepted: Error {
  let reason: Verdict.Reason
}

/// The picture encoded anew, with its thumbnail: what does not show in the pixels does not survive.
enum CleanImage {
  /// - Returns: the facts of what was written.
  static func write(
    _ bytes: UnsafeRawBufferPointer, of type: Picture.Format, limits: IntakeConfiguration, blackening regions: [Region],
    image: OutputFile, thumbnail: OutputFile
  ) throws -> MediaFacts {
    // Before anything is written: neither the image nor the thumbnail was ever made of what stood there.
    let picture = try blackened(try decode(bytes, of: type, limits: limits), regions[...])
    let (output, mediaType) = Self.output(for: type)
    try write(picture, as: output, to: image)
    let small = try picture.fitting(limits.thumbnailEdge)
    try write(small, as: .jpeg, to: thumbnail)
    return MediaFacts(
      mediaType: mediaType, byteCount: image.byteCount, dimensions: picture.dimensions,
      thumbnail: MediaFacts.Thumbnail(byteCount: thumbnail.byteCount, dimensions: small.dimensions))
  }

  /// Decoded once, and held in memory in its final size and colours, for both the image and its thumbnail.
  private static func decode(
    _ bytes: UnsafeRawBufferPointer, of type: Picture.Format, limits: IntakeConfiguration
  ) throws -> Picture {
    var picture = try Picture(bytes, as: type)
    // By the header, before a pixel is decoded.
    guard picture.width * picture.height <= limits.maximumPixels else { throw Unaccepted(reason: .tooManyPixels) }
    let edge = max(picture.width, picture.height)
    if type == .jpeg, let shrink = [8, 4, 2].first(where: { edge / $0 >= limits.imageEdge }) {
      picture = try Picture(bytes, as: type, shrink: shrink)
    }
    picture = try picture.inSRGB()
    if edge > limits.imageEdge { picture = try picture.fitting(limits.imageEdge) }
    return try picture.decoded().upright().bare()
  }

  private static func blackened(_ picture: consuming Picture, _ regions: ArraySlice<Region>) throws -> Picture {
    guard let first = regions.first else { return picture }
    return try blackened(try picture.blackened(first), regions.dropFirst())
  }

  private static func write(_ picture: borrowing Picture, as format: Picture.Format, to file: OutputFile) throws {
    if format == .jpeg, picture.hasAlpha {
      try picture.opaque().encoded(as: format, file.write)
    } else {
      try picture.encoded(as: format, file.write)
    }
  }

  /// What browsers show stays what it is; the rest becomes JPEG.
  private static func output(for type: Picture.Format) -> (Picture.Format, MediaType) {
    switch type {
    case .jpeg, .heif: (.jpeg, .jpeg)
    case .png: (.png, .png)
    case .webp: (.webp, .webp)
    }
  }
}
