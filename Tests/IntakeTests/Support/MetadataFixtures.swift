/// What cameras and editors leave in a JPEG.
enum JPEG {
  static func adding(_ segments: [UInt8]..., to picture: [UInt8]) -> [UInt8] {
    Array(picture[..<2]) + segments.joined() + picture[2...]
  }

  /// Orientation 6 (turn right by 90 degrees), the owner's name, and a position.
  static let exif: [UInt8] = segment(0xe1, Array("Exif\0\0".utf8) + tiff)
  static let xmp: [UInt8] = segment(
    0xe1, Array("http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">secret-xmp</x:xmpmeta>".utf8))
  static let comment: [UInt8] = segment(0xfe, Array("secret-comment".utf8))

  private static func segment(_ marker: UInt8, _ contents: [UInt8]) -> [UInt8] {
    [0xff, marker] + Bytes.big(UInt16(contents.count + 2)) + contents
  }

  private static let tiff: [UInt8] = {
    let owner = Array("secret-owner\0".utf8)
    let (ownerAt, positionAt) = (UInt32(50), UInt32(64))
    let entries: [[UInt8]] = [
      Self.entry(0x0112, 3, 1, Bytes.big(UInt16(6)) + [0, 0]),
      entry(0x013b, 2, UInt32(owner.count), Bytes.big(ownerAt)),
      entry(0x8825, 4, 1, Bytes.big(positionAt)),
    ]
    let head: [UInt8] = Array("MM\0*".utf8) + Bytes.big(UInt32(8)) + Bytes.big(UInt16(3))
    let position: [UInt8] = Bytes.big(UInt16(1)) + entry(0x0001, 2, 2, Array("N\0\0\0".utf8)) + [0, 0, 0, 0]
    return [head, entries.flatMap { $0 }, [0, 0, 0, 0], owner, [0], position].flatMap { $0 }
  }()

  private static func entry(_ tag: UInt16, _ type: UInt16, _ count: UInt32, _ value: [UInt8]) -> [UInt8] {
    Bytes.big(tag) + Bytes.big(type) + Bytes.big(count) + value
  }
}

enum PNG {
  /// A header that promises that many pixels, and next to no data.
  static func promising(width: UInt32, height: UInt32) -> [UInt8] {
    [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
      + chunk("IHDR", Bytes.big(width) + Bytes.big(height) + [8, 2, 0, 0, 0])
      + chunk("IDAT", [0x78, 0x9c, 0x63, 0, 0, 0, 1, 0, 1]) + chunk("IEND", [])
  }

  /// Puts a chunk of text behind the header.
  static func adding(text: String, to picture: [UInt8]) -> [UInt8] {
    Array(picture[..<33]) + chunk("tEXt", Array("Comment\0\(text)".utf8)) + picture[33...]
  }

  private static func chunk(_ name: String, _ contents: [UInt8]) -> [UInt8] {
    let body = Array(name.utf8) + contents
    return Bytes.big(UInt32(contents.count)) + body + Bytes.big(CRC32.of(body))
  }
}

enum PDF {
  /// One empty page, with every kind of metadata and of active content.
  static let revealing = document(
    [
      "<</Type/Catalog/Pages 2 0 R/Metadata 4 0 R/OpenAction<</S/JavaScript/JS(secret-action)>>/Names 6 0 R>>",
      "<</Type/Pages/Kids[3 0 R]/Count 1>>",
      "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Metadata 5 0 R/AA<</O<</S/JavaScript/JS(secret-page)>>>>>>",
      .stream("<</Type/Metadata/Subtype/XML", Array("<x>secret-xmp</x>".utf8)),
      .stream("<</Type/Metadata/Subtype/XML", Array("<x>secret-page-xmp</x>".utf8)),
      "<</JavaScript<</Names[(a)<</S/JavaScript/JS(secret-script)>>]>>/EmbeddedFiles<</Names[(f)7 0 R]>>>>",
      "<</Type/Filespec/F(secret-file)>>", "<</Author(secret-author)/Producer(secret-producer)>>",
    ], info: 8)

  /// One page and a stream of its own.
  static func carrying(_ contents: [UInt8]) -> [UInt8] {
    document([
      "<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
      "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 4 0 R>>", .stream("<<", contents),
    ])
  }

  private enum Object: ExpressibleByStringLiteral {
    case plain(String)
    case stream(String, [UInt8])

    init(stringLiteral text: String) { self = .plain(text) }

    var bytes: [UInt8] {
      switch self {
      case .plain(let text): Array(text.utf8)
      case .stream(let dictionary, let contents):
        Array("\(dictionary)/Length \(contents.count)>>\nstream\n".utf8) + contents + Array("\nendstream".utf8)
      }
    }
  }

  private static func document(_ objects: [Object], info: Int? = nil) -> [UInt8] {
    var (bytes, offsets) = (Array("%PDF-1.7\n".utf8), [Int]())
    for (index, object) in objects.enumerated() {
      offsets.append(bytes.count)
      bytes += Array("\(index + 1) 0 obj\n".utf8) + object.bytes + Array("\nendobj\n".utf8)
    }
    let start = bytes.count
    bytes += "xref\n0 \(objects.count + 1)\n0000000000 65535 f \n".utf8
    for offset in offsets {
      let digits = String(offset)
      bytes += "\(String(repeating: "0", count: 10 - digits.count))\(digits) 00000 n \n".utf8
    }
    let entry = info.map { "/Info \($0) 0 R" } ?? ""
    bytes += "trailer\n<</Size \(objects.count + 1)/Root 1 0 R\(entry)>>\nstartxref\n\(start)\n%%EOF\n".utf8
    return bytes
  }
}
