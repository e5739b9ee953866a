import Intake
import Testing

@Suite("An image") struct CleanImageTests {
  @Test(
    "of every accepted format becomes clean, upright, small enough and free of metadata",
    arguments: [
      (".jpg", MediaType.jpeg), (".png", .png), (".webp", .webp), (".heic", .jpeg), (".avif", .jpeg),
    ])
  func accepted(format: String, mediaType: MediaType) async throws {
    let original = try Fixtures.picture(format, exif: true)
    #expect(original.contains(text: "secret-owner"), "the fixture has metadata to lose")
    try await Workshop.withScanner { scanner in
      let result = try await scanner.inspect(original)
      let facts = try #require(result.facts, "\(result.verdict)")
      #expect(facts.mediaType == mediaType)
      #expect(facts.byteCount == result.image.count)
      #expect(facts.thumbnail?.byteCount == result.thumbnail.count)
      // In HEIF the file itself says how to turn, and Exif is not to be heeded; the encoder here says nothing.
      let turned = format != ".heic" && format != ".avif"
      #expect("\(facts.width ?? 0)x\(facts.height ?? 0)" == (turned ? "480x640" : "640x480"))
      #expect(try Fixtures.size(of: result.image) == (turned ? "480x640" : "640x480"))
      #expect(try Fixtures.size(of: result.thumbnail) == (turned ? "360x480" : "480x360"))
      #expect(try Fixtures.field("vips-loader", of: result.thumbnail) == "jpegload")
      for output in [result.image, result.thumbnail] {
        // libvips writes an Exif block of its own into WebP: size, orientation 1, and a constant resolution.
        let fields = mediaType == .webp ? ["xmp-data", "icc-profile-data"] : ["exif-data", "xmp-data", "orientation"]
        for field in fields { #expect(try Fixtures.field(field, of: output) == nil, "\(field)") }
        let secrets = ["secret-", "xmpmeta", "GPS"].filter { output.contains(text: $0) }
        #expect(secrets.isEmpty)
      }
    }
  }

  @Test("however long and thin it is becomes clean", arguments: [(1, 20_000), (20_000, 1)])
  func thin(width: Int, height: Int) async throws {
    let original = try Fixtures.picture(".png", width: width, height: height)
    try await Workshop.withScanner { scanner in
      let result = try await scanner.inspect(original)
      let facts = try #require(result.facts, "\(result.verdict)")
      #expect(min(facts.width ?? 0, facts.height ?? 0) == 1 && max(facts.width ?? 0, facts.height ?? 0) <= 4096)
    }
  }
}
