import Glibc
import Intake
import Testing

@Suite("The scanner") struct ScannerTests {
  @Test("is ready once its signatures are loaded, and not before or after")
  func health() async throws {
    let workshop = try Workshop()
    let scanner = try workshop.scanner()
    #expect(await scanner.health == .down(reason: "not started"))
    try await scanner.expect(.notReady, of: Fixtures.eicar)
    try await scanner.start()
    #expect(await scanner.health == .ready(signatures: 1, newest: nil))
    await scanner.stop()
    #expect(await scanner.health == .down(reason: "stopped"))
    try await scanner.expect(.notReady, of: Fixtures.eicar)
  }

  @Test("scans nothing without signatures, and goes on by itself when they come")
  func missing() async throws {
    let workshop = try Workshop(signatures: nil)
    let scanner = try workshop.scanner()
    await #expect(throws: ScanError.self) { try await scanner.start() }
    #expect(await scanner.health == .missing)
    try await scanner.expect(.notReady, of: Fixtures.eicar)
    try workshop.addSignatures(Workshop.signature, as: "late.hdb")
    try await eventually { await scanner.health.isReady }
    try await scanner.expect(.infected(signature: "Eicar-Test-Signature.UNOFFICIAL"), of: Fixtures.eicar)
    await scanner.stop()
  }

  @Test("takes local signatures for missing ones unless told otherwise")
  func local() async throws {
    let workshop = try Workshop()
    let scanner = try workshop.scanner { $0.allowLocalSignatures = false }
    await #expect(throws: ScanError.self) { try await scanner.start() }
    #expect(await scanner.health == .missing)
    await scanner.stop()
  }

  @Test("is stale when the official database is too old, and scans nothing with it")
  func stale() {
    let built = 1_500_000_000
    let week = 7 * 86_400
    let engine = LoadedEngine(signatures: 1, newest: built)
    let (fresh, stale) = (built + week, built + week + 1)
    #expect(engine.health(at: fresh, maximumAge: .seconds(week)) == .ready(signatures: 1, newest: Int64(built)))
    #expect(engine.health(at: stale, maximumAge: .seconds(week)) == .stale(newest: Int64(built)))
  }

  @Test("finds what a signature added later names")
  func reload() async throws {
    let workshop = try Workshop()
    let scanner = try workshop.scanner { $0.signatureCheckInterval = .milliseconds(50) }
    try await scanner.start()
    let file = Array("a file that is bad from today".utf8)
    try await scanner.expect(.unaccepted(.unacceptedType), of: file)
    try workshop.addSignatures("Test.Later:0:*:6261642066726f6d20746f646179\n", as: "later.ndb")
    try await eventually { await scanner.health == .ready(signatures: 2, newest: nil) }
    try await scanner.expect(.infected(signature: "Test.Later.UNOFFICIAL"), of: file)
    await scanner.stop()
  }

  @Test("goes on after a child was killed")
  func killedChild() async throws {
    let workshop = try Workshop()
    let scanner = try workshop.scanner()
    try await scanner.start()
    let slow = try Fixtures.picture(".png", width: 6000, height: 6000)
    async let killed: Void = eventually { try workshop.killChildren() > 0 }
    try await eventually { try await scanner.failure(on: slow) == .crash }
    try await killed
    try await scanner.expect(.infected(signature: "Eicar-Test-Signature.UNOFFICIAL"), of: Fixtures.eicar)
    await scanner.stop()
  }

  @Test("tells a lack of memory from a broken image", arguments: [4, 8, 16, 24, 32, 64])
  func memory(megabytes: Int) async throws {
    // Of HEIF the library does not tell.
    let pictures = try [".jpg", ".png", ".webp"].map { try Fixtures.picture($0, width: 3000, height: 2000) }
    try await Workshop.withScanner({ $0.memoryLimit = megabytes << 20 }) { scanner in
      for picture in pictures {
        let verdict = try? await scanner.verdict(on: picture)
        switch verdict {
        case nil, .clean: break
        case let verdict?: Issue.record("\(verdict)")
        }
      }
    }
  }

  @Test("goes on after the program itself was killed")
  func killedProgram() async throws {
    let (workshop, lines) = (try Workshop(), Lines())
    let scanner = Scanner(try workshop.configuration()) { lines.append($0) }
    try await scanner.start()
    #expect(try workshop.killProgram())
    try await eventually { lines.all.filter { $0.hasPrefix("intake ready") }.count == 2 }
    try await scanner.expect(.infected(signature: "Eicar-Test-Signature.UNOFFICIAL"), of: Fixtures.eicar)
    await scanner.stop()
  }

  @Test("does not start with a program that is not there")
  func noProgram() async throws {
    let workshop = try Workshop()
    let scanner = try workshop.scanner { $0.executable = "/nowhere/lamppost-intake" }
    await #expect(throws: ScanError.self) { try await scanner.start() }
    await scanner.stop()
  }

  @Test("ends a file that takes too long, and goes on")
  func timeout() async throws {
    try await Workshop.withScanner({ $0.timeout = .milliseconds(1) }) { scanner in
      try await scanner.expect(.timeout, of: try Fixtures.picture(".png", width: 3000, height: 3000))
      #expect(await scanner.health.isReady)
    }
  }

  @Test("inspects many files at once, each by itself")
  func concurrency() async throws {
    let picture = try Fixtures.picture(".jpg")
    try await Workshop.withScanner { scanner in
      try await withThrowingTaskGroup(of: (Bool, Verdict).self) { group in
        for number in 0..<40 {
          group.addTask { (number % 2 == 0, try await scanner.verdict(on: number % 2 == 0 ? picture : Fixtures.eicar)) }
        }
        for try await (isPicture, verdict) in group {
          switch verdict {
          case .clean: #expect(isPicture)
          case .infected: #expect(!isPicture)
          default: Issue.record("\(verdict)")
          }
        }
      }
    }
  }

  @Test("refuses an input that is no file or is writable, and outputs that are not empty")
  func descriptors() async throws {
    let (input, writable, full, empty) = (try File(reading: [1]), try File([1]), try File([1]), try File())
    let device = open("/dev/null", O_RDONLY | O_CLOEXEC)
    defer { close(device) }
    let empties = (empty.descriptor, empty.descriptor)
    let refused = [
      (input.descriptor, full.descriptor, empty.descriptor), (input.descriptor, empty.descriptor, full.descriptor),
      (writable.descriptor, empties.0, empties.1), (device, empties.0, empties.1), (-1, empties.0, empties.1),
    ]
    try await Workshop.withScanner { scanner in
      for (input, image, thumbnail) in refused {
        let error = await #expect(throws: ScanError.self) {
          try await scanner.inspect(input, image: image, thumbnail: thumbnail)
        }
        #expect(error?.kind == .environment)
      }
    }
  }

  @Test("never calls a file clean when the engine has nowhere to unpack")
  func fullScratch() async throws {
    // The canary alone fits; what a document holds does not.
    let noise = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) }
    let documents = [PDF.carrying(noise + Fixtures.zip(Fixtures.eicar, as: "a.com")), PDF.carrying(noise)]
    try await Workshop.withScanner({ $0.scratchLimit = 64 << 10 }) { scanner in
      for document in documents {
        let verdict = try? await scanner.verdict(on: document)
        if case .clean? = verdict { Issue.record("clean") }
      }
    }
  }

  @Test("does not start without a folder it may write to")
  func noScratch() async throws {
    let workshop = try Workshop()
    let scanner = try workshop.scanner { $0.scratch = "\(workshop.folder)/nowhere" }
    await #expect(throws: ScanError.self) { try await scanner.start() }
    await scanner.stop()
  }
}

/// Asks again and again until it is so; gives up after a minute.
func eventually(_ condition: () async throws -> Bool) async throws {
  let deadline = ContinuousClock.now + .seconds(60)
  while try await !condition() {
    try #require(ContinuousClock.now < deadline, "it never came to be")
    await Task.yield()
    try await Task.sleep(for: .milliseconds(10))
  }
}
