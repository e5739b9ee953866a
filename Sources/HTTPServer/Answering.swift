internal import CMicroHTTPD
import Glibc

/// From a `Response` to libmicrohttpd's.
extension Listener {
  /// Does what the exchange decided, on libmicrohttpd's thread.
  func perform(
    _ step: Exchange.Step, on handle: OpaquePointer, _ exchange: Exchange, _ connection: Connection?
  ) -> MHD_Result {
    switch step {
    case .proceed, .parked: return lamppost_mhd_yes
    case .cut: return lamppost_mhd_no
    case .answerEarly(let response):
      if let answer = EarlyAnswer(response, isHead: exchange.isHead) { connection?.send(answer) }
      return lamppost_mhd_no
    case .answer(let response):
      if let size = response.size {
        let seconds = Double(size) / Double(max(configuration.minimumRate, 1))
        connection?.expectSent(by: .now + configuration.stallTimeout + .seconds(seconds))
      }
      if queue(response, on: handle, exchange) { return lamppost_mhd_yes }
      configuration.log("a response could not be sent: its header holds control characters, or memory is short")
      let problem = configuration.problem(.internalServerError, "internal", "something went wrong")
      return queue(problem, on: handle, exchange) ? lamppost_mhd_yes : lamppost_mhd_no
    }
  }

  private func queue(_ response: Response, on handle: OpaquePointer, _ exchange: Exchange) -> Bool {
    guard let made = make(response, exchange) else { return false }
    defer { MHD_destroy_response(made) }
    for field in response.headers {
      guard MHD_add_response_header(made, field.name, field.value) == lamppost_mhd_yes else { return false }
    }
    if exchange.isLast || isDraining { MHD_add_response_header(made, "Connection", "close") }
    return MHD_queue_response(handle, UInt32(response.status.code), made) == lamppost_mhd_yes
  }

  private func make(_ response: Response, _ exchange: Exchange) -> OpaquePointer? {
    switch response.content {
    case .empty: return lamppost_mhd_response(0, "")
    case .bytes(let bytes): return bytes.withUnsafeBytes { lamppost_mhd_response($0.count, $0.baseAddress) }
    case .file(let file):
      // libmicrohttpd closes the descriptor it is given.
      let descriptor = fcntl(file.descriptor, F_DUPFD_CLOEXEC, 3)
      guard descriptor >= 0 else { return nil }
      let made = MHD_create_response_from_fd_at_offset64(UInt64(file.size), descriptor, UInt64(file.offset))
      if made == nil { close(descriptor) }
      return made
    case .stream:
      return MHD_create_response_from_callback(
        lamppost_mhd_size_unknown, 32 << 10,
        { exchange, _, buffer, count in
          let exchange = Unmanaged<Exchange>.fromOpaque(exchange!).takeUnretainedValue()
          return exchange.read(into: UnsafeMutableRawBufferPointer(start: buffer, count: count))
        }, Unmanaged.passRetained(exchange).toOpaque(),
        { Unmanaged<Exchange>.fromOpaque($0!).release() })
    }
  }
}

extension Response {
  /// Bytes of the content, where that is known before it is sent.
  fileprivate var size: Int? {
    switch content {
    case .empty: 0
    case .bytes(let bytes): bytes.count
    case .file(let file): file.size
    case .stream: nil
    }
  }
}
