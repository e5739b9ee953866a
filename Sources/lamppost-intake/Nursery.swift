import Glibc
import Intake

/// Forks children into the sandbox, by the way that this system allows.
struct Nursery {
  /// The layers that hold around a child, as the trial child found.
  let layers: String
  private let hasNamespaces: Bool
  private let sandbox: Sandbox
  private let scratch: ScratchFolder
  private let inspector: FileInspector

  /// Sends a trial child in first, which must find the canary there.
  init(sandbox: Sandbox, scratch: ScratchFolder, inspector: FileInspector) throws(ScanError) {
    self.sandbox = sandbox
    self.scratch = scratch
    self.inspector = inspector
    do throws(ScanError) {
      layers = try Self.trial(sandbox, inspector.privateMount(scratch), inspector.engine)
      hasNamespaces = true
    } catch {
      let folder = try scratch.make()
      defer { ScratchFolder.remove(folder) }
      layers = try Self.trial(sandbox, .folder(folder), inspector.engine) + " (\(error.debugDescription))"
      hasNamespaces = false
    }
  }

  /// A child that inspects the file of these descriptors, and the folder to be removed after its end.
  func raise(_ descriptors: [Int32], for inspection: Inspection) throws(ScanError) -> (Child, folder: String?) {
    var inspector = inspector
    inspector.regions = inspection.regions
    if let edge = inspection.edge { inspector.configuration.imageEdge = min(edge, inspector.configuration.imageEdge) }
    let folder = hasNamespaces ? nil : try scratch.make()
    let room = folder.map { Sandbox.Scratch.folder($0) } ?? inspector.privateMount(scratch)
    do throws(ScanError) {
      let child = try Child(keeping: descriptors) { [inspector] parent in
        do throws(ScanError) {
          _ = try sandbox.enter(room, parent: parent)
          try inspector.engine.unpack(in: room.path)
          return inspector.outcome().encoded
        } catch {
          return Outcome.failed(error).encoded
        }
      }
      return (child, folder)
    } catch {
      folder.map(ScratchFolder.remove)
      throw error
    }
  }

  private static func trial(_ sandbox: Sandbox, _ room: Sandbox.Scratch, _ engine: Engine) throws(ScanError) -> String {
    let child = try Child(keeping: []) { parent in
      do throws(ScanError) {
        let layers = try sandbox.enter(room, parent: parent)
        try engine.unpack(in: room.path)
        try engine.proveItFinds()
        return Array("+\(layers)".utf8)
      } catch {
        return Array(error.debugDescription.utf8)
      }
    }
    let ending = child.end()
    let said = String(decoding: ending.said, as: UTF8.self)
    guard ending.isOrderly, said.hasPrefix("+") else {
      throw ScanError(.environment, said.isEmpty ? "the trial child died (status \(ending.status))" : said)
    }
    return String(said.dropFirst())
  }
}

extension FileInspector {
  fileprivate func privateMount(_ scratch: ScratchFolder) -> Sandbox.Scratch {
    .privateMount(scratch.path, limit: configuration.scratchLimit)
  }
}

extension Sandbox {
  init(_ configuration: IntakeConfiguration) throws(ScanError) {
    self.init(
      filter: try SystemCallFilter(), memoryLimit: configuration.memoryLimit, cpuSeconds: configuration.cpuSeconds,
      fileLimit: max(configuration.scratchLimit, configuration.maximumFileBytes))
  }
}
