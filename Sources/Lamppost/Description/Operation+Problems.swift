import HTTPServer

extension Operation {
  static func all(_ uploads: UploadConfiguration) -> [Operation] {
    [
      reporting(uploads),
      finding,
      files,
      working,
      merging,
      bulk,
      live,
      statistics,
      sessions,
      account,
      recovery,
      administration,
      routing,
      people,
      invitations,
      moderation,
      redaction,
      townships,
      audit,
      deadlines,
      pages,
      monitoring,
    ].flatMap(\.self)
  }

  /// Everything this call may be refused with.
  func problems(for access: Access) -> [Problem.Code] {
    var codes: Set<Problem.Code> = [
      .malformedRequest, .unknownParameter, .invalidParameter, .timedOut, .headersTooLarge, .internalError,
      .unavailable,
    ]
    codes.formUnion(problems)
    // No township at this address, a tracking code that opens nothing, a token that has run out.
    if access != .process { codes.insert(.notFound) }
    if access != .monitoring && access != .process { codes.formUnion([.unauthenticated, .townshipInactive]) }
    if case .staff = access { codes.formUnion([.forbidden, .secondFactorMissing]) }
    if !method.isSafe { codes.formUnion([.csrf, .tooLarge, .incompleteBody]) }
    if let body { codes.formUnion(body.problems) }
    return Problem.Code.allCases.filter(codes.contains)
  }
}

extension RequestBody {
  fileprivate var problems: [Problem.Code] {
    let isForm = contents.allSatisfy { $0.mediaType == "application/x-www-form-urlencoded" }
    if isForm { return [.unsupportedMediaType] }
    return [
      .unsupportedMediaType, .malformedJSON, .invalidInput, .required, .unknownField, .wrongType, .tooLong,
      .invalidText,
    ]
  }
}
