import HTTPServer
import Intake

extension Operation {
  static let files = [
    Operation(
      .post, Paths.requestAttachments, "addAttachment", .files, "Add a file to a request",
      note: "Its reporter, or staff. Any file is taken in; its kind is judged after the scan.",
      parameters: [.idempotencyKey],
      body: RequestBody(contents: [
        (
          "multipart/form-data",
          .input([.required("file", .file), .optional("visibility", Schemas.visibility)])
        )
      ]),
      answer: .json(.accepted, .named("Attachment"), "The file waits for the scanner."),
      problems: [
        .forbidden, .gone, .malformedMultipart, .tooManyFiles, .unknownOption, .invalidFormat, .idempotencyConflict,
        .conflict, .rateLimited, .noRoom,
      ]),
    Operation(
      .get, Paths.attachment, "readAttachment", .files, "What became of a file",
      answer: .json(.named("Attachment"), "Its state.")),
    Operation(
      .get, Paths.content, "readContent", .files, "The file itself, once it is clean",
      answer: Answer(
        status: .ok, note: "An image as it was drawn anew, or a document to save.",
        contents: MediaType.allCases.map { ($0.rawValue, .file) }),
      problems: [.notScanned, .infected, .failed]),
    Operation(
      .get, Paths.thumbnail, "readThumbnail", .files, "A small picture of a clean image",
      answer: Answer(status: .ok, note: "The picture.", contents: [(FileStore.thumbnailType, .file)]),
      problems: [.notScanned, .infected, .failed]),
  ]
}
