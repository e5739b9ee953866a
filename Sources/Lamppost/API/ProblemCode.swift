import HTTPServer

extension Problem {
  /// Every code a caller can meet. Clients switch over these, so none is renamed.
  enum Code: String, CaseIterable, Sendable {
    // 400: the call itself
    case malformedRequest = "malformed_request"
    case malformedJSON = "malformed_json"
    case malformedMultipart = "malformed_multipart"
    case unknownParameter = "unknown_parameter"
    case invalidParameter = "invalid_parameter"
    case invalidCursor = "invalid_cursor"
    case invalidGrant = "invalid_grant"
    case unsupportedGrantType = "unsupported_grant_type"
    case incompleteBody = "incomplete_body"
    // 401, 403
    case unauthenticated
    case invalidCredentials = "invalid_credentials"
    case secondFactorRequired = "second_factor_required"
    case invalidCode = "invalid_code"
    case forbidden
    case secondFactorMissing = "second_factor_missing"
    case csrf = "csrf_token_required"
    // 404 to 431: what is asked for, and how
    case notFound = "not_found"
    case methodNotAllowed = "method_not_allowed"
    case timedOut = "request_timeout"
    case conflict
    case lastAdministrator = "last_administrator"
    case ownTownship = "own_township"
    case idempotencyConflict = "idempotency_conflict"
    case notScanned = "not_scanned"
    case gone
    case linkExpired = "link_expired"
    case infected
    case failed
    case versionMismatch = "version_mismatch"
    case tooLarge = "too_large"
    case tooManyFiles = "too_many_files"
    case unsupportedMediaType = "unsupported_media_type"
    case headersTooLarge = "headers_too_large"
    // 422: the content
    case invalidInput = "invalid_input"
    case required
    case unknownField = "unknown_field"
    case wrongType = "wrong_type"
    case tooLong = "too_long"
    case tooShort = "too_short"
    case outOfRange = "out_of_range"
    case tooMany = "too_many"
    case invalidText = "invalid_text"
    case invalidFormat = "invalid_format"
    case unknownOption = "unknown_option"
    case unknownCategory = "unknown_category"
    case categoryStopped = "category_stopped"
    case unknownPerson = "unknown_person"
    case unknownDepartment = "unknown_department"
    case unknownArea = "unknown_area"
    case unknownCalendar = "unknown_calendar"
    case noHours = "no_hours"
    case badSpan = "bad_span"
    case overlappingHours = "overlapping_hours"
    case nameTaken = "name_taken"
    case outsideArea = "outside_area"
    case contactNotAllowed = "contact_not_allowed"
    case emailTaken = "email_taken"
    case ownAccount = "own_account"
    case limitsNotAllowed = "limits_not_allowed"
    case addressNotShown = "address_not_shown"
    case slugTaken = "slug_taken"
    case hostTaken = "host_taken"
    case wrongPassword = "wrong_password"
    case commonPassword = "common_password"
    case transitionNotAllowed = "transition_not_allowed"
    case reasonRequired = "reason_required"
    case noteRequired = "note_required"
    case proofRequired = "proof_required"
    case notOptional = "not_optional"
    case unknownRequest = "unknown_request"
    case mergeNotAllowed = "merge_not_allowed"
    case editWindowClosed = "edit_window_closed"
    case undoNotAllowed = "undo_not_allowed"
    // 429, 5xx
    case rateLimited = "rate_limited"
    case internalError = "internal_error"
    case notImplemented = "not_implemented"
    case unavailable
    case townshipInactive = "township_inactive"
    case mailUnavailable = "mail_unavailable"
    case noRoom = "no_room"

    var status: HTTPStatus {
      switch self {
      case .malformedRequest, .malformedJSON, .malformedMultipart, .unknownParameter, .invalidParameter, .invalidCursor,
        .invalidGrant, .unsupportedGrantType, .incompleteBody:
        .badRequest
      case .unauthenticated, .invalidCredentials, .secondFactorRequired, .invalidCode: .unauthorized
      case .forbidden, .secondFactorMissing, .csrf: .forbidden
      case .notFound: .notFound
      case .methodNotAllowed: .methodNotAllowed
      case .timedOut: .requestTimeout
      case .conflict, .lastAdministrator, .ownTownship, .idempotencyConflict, .notScanned: .conflict
      case .gone, .linkExpired, .infected, .failed: .gone
      case .versionMismatch: .preconditionFailed
      case .tooLarge, .tooManyFiles: .contentTooLarge
      case .unsupportedMediaType: .unsupportedMediaType
      case .headersTooLarge: .headerFieldsTooLarge
      case .invalidInput, .required, .unknownField, .wrongType, .tooLong, .tooShort, .outOfRange, .tooMany,
        .invalidText, .slugTaken, .hostTaken,
        .invalidFormat, .unknownOption, .unknownCategory, .categoryStopped, .unknownPerson, .unknownDepartment,
        .nameTaken, .ownAccount, .limitsNotAllowed, .addressNotShown, .unknownCalendar, .noHours, .badSpan,
        .overlappingHours,
        .unknownArea, .outsideArea, .contactNotAllowed, .emailTaken, .wrongPassword, .commonPassword,
        .transitionNotAllowed,
        .reasonRequired,
        .noteRequired, .proofRequired, .notOptional, .unknownRequest, .mergeNotAllowed, .editWindowClosed,
        .undoNotAllowed:
        .unprocessableContent
      case .rateLimited: .tooManyRequests
      case .internalError: .internalServerError
      case .notImplemented: .notImplemented
      case .unavailable, .townshipInactive, .mailUnavailable: .serviceUnavailable
      case .noRoom: HTTPStatus(507)
      }
    }

    /// A sentence that fits every case of the code.
    var title: String {
      switch self {
      case .malformedRequest: "The request is not well-formed."
      case .malformedJSON: "The body is not valid JSON."
      case .malformedMultipart: "The body is not valid multipart/form-data."
      case .unknownParameter: "A query parameter is not known here."
      case .invalidParameter: "A query parameter has a value it cannot have."
      case .invalidCursor: "The cursor does not belong to this list."
      case .invalidGrant: "The grant is not valid."
      case .unsupportedGrantType: "This grant type is not taken here."
      case .incompleteBody: "The body ended too early."
      case .unauthenticated: "Sign in first."
      case .invalidCredentials: "The email address or the password is wrong."
      case .secondFactorRequired: "A code from the authenticator app is needed too."
      case .invalidCode: "The code is wrong or has been used."
      case .forbidden: "You may not do this."
      case .secondFactorMissing: "Set up a second factor first: your role needs one here."
      case .csrf: "The X-CSRF-Token header is missing or wrong."
      case .notFound: "There is nothing here."
      case .methodNotAllowed: "This address does not answer to that method."
      case .timedOut: "The request took too long to arrive."
      case .conflict: "Something else changed this at the same moment. Try again."
      case .lastAdministrator: "The last administrator of a township cannot leave it."
      case .ownTownship: "The township you are signed in to must stay within your reach."
      case .idempotencyConflict: "This Idempotency-Key was used with other content."
      case .notScanned: "The file has not been scanned yet."
      case .gone: "This has been removed."
      case .linkExpired: "The link has been used already, or its time is over."
      case .infected: "The file carried malware and was deleted."
      case .failed: "The file could not be accepted."
      case .versionMismatch: "Somebody else changed this in the meantime."
      case .tooLarge: "The body or a file is too large."
      case .tooManyFiles: "There are too many files."
      case .unsupportedMediaType: "The body has a type that is not taken here."
      case .headersTooLarge: "The headers are too large."
      case .invalidInput: "Some fields are not as they should be."
      case .required: "A required field is missing."
      case .unknownField: "A field is not known here."
      case .wrongType: "A field has the wrong type."
      case .tooLong: "A text is too long."
      case .tooShort: "A text is too short."
      case .outOfRange: "A number is out of its range."
      case .tooMany: "There are more than can be taken at once."
      case .invalidText: "A text holds characters that cannot be stored."
      case .invalidFormat: "A field does not have the form it should have."
      case .unknownOption: "A field has a value that is not among its options."
      case .unknownCategory: "This category does not exist."
      case .categoryStopped: "This category takes no reports here."
      case .unknownPerson: "This person does not exist or cannot take requests."
      case .unknownDepartment: "This department does not exist."
      case .unknownCalendar: "This calendar does not exist or is not offered."
      case .noHours: "A calendar needs working hours on some day."
      case .badSpan: "Working hours must end after they begin, on the same day."
      case .overlappingHours: "Working hours of one day must not overlap."
      case .outsideArea: "The location lies outside of the township."
      case .contactNotAllowed: "An anonymous report carries no contact details."
      case .emailTaken: "This email address has an account already."
      case .unknownArea: "This area does not exist."
      case .nameTaken: "This name is taken already."
      case .ownAccount: "Nobody changes their own role or access: ask another administrator."
      case .limitsNotAllowed: "Nobody with this role can be limited to areas or categories."
      case .addressNotShown: "Nobody has shown yet that this address is theirs: invite them, and the link shows it."
      case .slugTaken: "Another township has this short name."
      case .hostTaken: "Another township answers to this host name."
      case .wrongPassword: "The password is wrong."
      case .commonPassword: "This password is among the first that anybody would try."
      case .transitionNotAllowed: "The request cannot go from its status to that one."
      case .reasonRequired: "This status needs a reason."
      case .noteRequired: "This status needs a note of what was done."
      case .proofRequired: "This status needs a photo of what was done."
      case .notOptional: "This status cannot be switched off."
      case .unknownRequest: "This request does not exist here."
      case .mergeNotAllowed: "These requests cannot be merged."
      case .editWindowClosed: "The time for changing the report is over."
      case .undoNotAllowed: "The last change cannot be taken back any more."
      case .rateLimited: "Too many calls. Wait a little."
      case .internalError: "Something went wrong on our side."
      case .notImplemented: "This method is not implemented."
      case .unavailable: "The service is not available right now."
      case .townshipInactive: "This township's service is switched off."
      case .mailUnavailable: "No mail is sent from here."
      case .noRoom: "There is no room for files right now."
      }
    }
  }
}
