internal import CUnixSocket
import Glibc

/// A socket of whole messages, with file descriptors beside them. The descriptor stays its owner's to close.
package struct MessageSocket: Sendable {
  package enum Received: Equatable {
    /// The descriptors are the receiver's to close.
    case message([UInt8], descriptors: [Int32])
    /// Nothing now (only of a socket that does not block).
    case nothing
    /// The other end is closed, or breaks the rules.
    case end
  }

  package let descriptor: Int32

  package init(descriptor: Int32) { self.descriptor = descriptor }

  /// Whether all of it was taken.
  package func send(_ bytes: [UInt8], descriptors: [Int32] = []) -> Bool {
    lamppost_send_message(descriptor, bytes, bytes.count, descriptors, descriptors.count) == bytes.count
  }

  package func receive() -> Received {
    var descriptors = [Int32](repeating: -1, count: Int(LAMPPOST_DESCRIPTORS_LIMIT))
    var count = 0
    var failure: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: 2 * Outcome.limit) { buffer, filled in
      let received = lamppost_receive_message(descriptor, buffer.baseAddress, buffer.count, &descriptors, &count)
      failure = received < 0 ? errno : 0
      filled = max(received, 0)
    }
    if failure == EAGAIN { return .nothing }
    guard failure == 0, !bytes.isEmpty else {
      for descriptor in descriptors.prefix(count) { close(descriptor) }
      return .end
    }
    return .message(bytes, descriptors: Array(descriptors.prefix(count)))
  }
}
