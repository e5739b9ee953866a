internal import CClamAV
import Glibc
import Intake
import Synchronization

/// libclamav with its signatures loaded: once, in the warm parent, whose children find it in their memory.
final class Engine {
  enum Finding: Equatable {
    case nothing
    case signature(String)
  }

  /// How many signatures the folder held.
  let signatures: Int
  /// When the newest official database was built, seconds since 1970; 0 without one.
  let newest: Int
  private let handle: OpaquePointer
  private var folder = cl_stat()

  /// Loads the folder's signatures, and one of its own for the canary. Returns `nil` when there are none.
  init?(_ configuration: IntakeConfiguration) throws(ScanError) {
    try Self.check(cl_init(lamppost_init_default))
    // The engine fails open: it goes on after a warning as if what it could not look at were clean.
    cl_set_clcb_msg { severity, _, message, _ in
      guard severity.rawValue >= CL_MSG_WARN.rawValue else { return }
      warning.withLock { $0 = $0 ?? message.map { String(cString: $0) } ?? "unreadable" }
    }
    guard let handle = cl_engine_new() else { throw ScanError(.environment, "no memory for an engine") }
    self.handle = handle
    newest = Self.newestDatabase(in: configuration.signatures)
    guard newest > 0 || configuration.allowLocalSignatures else { return nil }
    try Self.limit(handle, configuration)
    // Before loading, so that a change during it is noticed.
    try Self.check(cl_statinidir(configuration.signatures, &folder))
    var count: UInt32 = 0
    let loaded = cl_load(configuration.signatures, handle, &count, lamppost_database_options)
    signatures = Int(count)
    guard count > 0 else {
      if loaded == CL_SUCCESS || loaded == CL_EOPEN { return nil }
      throw ScanError(.environment, "signatures: \(String(cString: cl_strerror(loaded)))")
    }
    try Self.check(loaded)
    try Canary.withSignatureFile(in: configuration.scratch) { (path: String) throws(ScanError) in
      try Self.check(cl_load(path, handle, &count, lamppost_database_options))
    }
    try Self.check(cl_engine_compile(handle))
  }

  /// Whether the signature folder is no longer what was loaded.
  var isOutdated: Bool { cl_statchkdir(&folder) != 0 }

  /// Unpacks archives in that folder from now on.
  func unpack(in folder: String) throws(ScanError) {
    try Self.check(cl_engine_set_str(handle, CL_ENGINE_TMPDIR, folder))
  }

  /// Throws unless EICAR is found inside an archive: proof that signatures match and that archives can be unpacked.
  func proveItFinds() throws(ScanError) {
    let finding = try Canary.archive.withUnsafeBufferPointer { (bytes) throws(ScanError) in
      guard let map = cl_fmap_open_memory(bytes.baseAddress, bytes.count) else {
        throw ScanError(.environment, "no memory for the canary")
      }
      defer { cl_fmap_close(map) }
      return try judge { (name, options) in cl_scanmap_callback(map, nil, name, nil, handle, options, nil) }
    }
    guard case .signature = finding else { throw ScanError(.engineWarning, "the canary was not found") }
  }

  /// Scans the whole file, whatever its offset.
  func scan(_ descriptor: Int32) throws(ScanError) -> Finding {
    try judge { cl_scandesc_callback(descriptor, nil, $0, nil, handle, $1, nil) }
  }

  private typealias Scan = (
    UnsafeMutablePointer<UnsafePointer<CChar>?>, UnsafeMutablePointer<cl_scan_options>
  ) -> cl_error_t

  private func judge(_ scan: Scan) throws(ScanError) -> Finding {
    warning.withLock { $0 = nil }
    var options = lamppost_scan_options
    var name: UnsafePointer<CChar>?
    let result = scan(&name, &options)
    // A finding stands even if the engine then stumbled.
    if result == CL_VIRUS {
      let signature = name.map { String(cString: $0) } ?? "unnamed"
      guard !signature.hasPrefix("Heuristics.Limits.Exceeded") else { throw ScanError(.limits, signature) }
      return .signature(signature)
    }
    if let warning = warning.withLock({ $0 }) { throw ScanError(.engineWarning, warning) }
    switch result {
    case CL_CLEAN: return .nothing
    case CL_ETIMEOUT: throw ScanError(.timeout, "the engine's own limit")
    case CL_EMAXREC, CL_EMAXSIZE, CL_EMAXFILES: throw ScanError(.limits, String(cString: cl_strerror(result)))
    default: throw ScanError(.engineWarning, String(cString: cl_strerror(result)))
    }
  }

  private static func limit(_ handle: OpaquePointer, _ configuration: IntakeConfiguration) throws(ScanError) {
    try check(cl_engine_set_str(handle, CL_ENGINE_TMPDIR, configuration.scratch))
    let limits: [(cl_engine_field, Int)] = [
      (CL_ENGINE_MAX_SCANSIZE, configuration.scratchLimit),
      (CL_ENGINE_MAX_FILESIZE, max(configuration.scratchLimit / 2, configuration.maximumFileBytes)),
      // The parent watches the clock.
      (CL_ENGINE_MAX_SCANTIME, 0),
      (CL_ENGINE_MAX_FILES, 10_000),
      // One child, one file: a cache of clean files would only be a way around scanning.
      (CL_ENGINE_DISABLE_CACHE, 1),
      // The sandbox allows no new executable memory.
      (CL_ENGINE_BYTECODE_MODE, Int(CL_BYTECODE_MODE_INTERPRETER.rawValue)),
    ]
    for (field, value) in limits { try check(cl_engine_set_num(handle, field, Int64(value))) }
  }

  private static func newestDatabase(in folder: String) -> Int {
    var newest = 0
    for name in ["main.cvd", "main.cld", "daily.cvd", "daily.cld"] {
      guard let head = cl_cvdhead("\(folder)/\(name)") else { continue }
      newest = max(newest, Int(head.pointee.stime))
      cl_cvdfree(head)
    }
    return newest
  }

  private static func check(_ result: cl_error_t) throws(ScanError) {
    guard result == CL_SUCCESS else { throw ScanError(.environment, String(cString: cl_strerror(result))) }
  }
}

/// The first warning or error since the last scan began. libclamav takes one callback for the whole process.
private let warning = Mutex<String?>(nil)
