internal import CMicroHTTPD
import Glibc

/// What libmicrohttpd calls, on its threads. Each finds its objects by the pointers that were given to it.
extension Listener {
  static var callbacks: lamppost_mhd_callbacks {
    lamppost_mhd_callbacks(
      accept: { context, address, _ in
        guard let address, let peer = IPAddress(address) else { return lamppost_mhd_no }
        return Listener.at(context).accept(peer) ? lamppost_mhd_yes : lamppost_mhd_no
      },
      access: { context, handle, _, method, version, bytes, count, exchange in
        let listener = Listener.at(context)
        guard let handle, let count, let exchange else { return lamppost_mhd_no }
        if let known = exchange.pointee {
          let bytes = UnsafeRawBufferPointer(start: bytes, count: count.pointee)
          let step = Exchange.at(known).step(bytes)
          if case .parked = step {} else { count.pointee = 0 }
          return listener.perform(step, on: handle, Exchange.at(known), Connection.of(handle))
        }
        guard let method, let version, let connection = Connection.of(handle) else { return lamppost_mhd_no }
        let new = listener.begin(
          handle, connection, method: String(cString: method), version: String(cString: version))
        exchange.pointee = Unmanaged.passRetained(new).toOpaque()
        return listener.perform(
          new.step(UnsafeRawBufferPointer(start: nil, count: 0)), on: handle, new, connection)
      },
      completed: { context, handle, exchange, _ in
        guard let handle, let pointer = exchange?.pointee else { return }
        exchange?.pointee = nil
        let exchange = Unmanaged<Exchange>.fromOpaque(pointer).takeRetainedValue()
        Listener.at(context).end(exchange, Connection.of(handle))
      },
      connection: { context, handle, slot, event in
        guard let handle, let slot else { return }
        let listener = Listener.at(context)
        if event == lamppost_mhd_started {
          guard let peer = lamppost_mhd_peer(handle).flatMap({ IPAddress($0) }) else { return }
          let connection = Connection(
            descriptor: lamppost_mhd_descriptor(handle), peer: peer,
            deadline: .now + listener.configuration.idleTimeout)
          slot.pointee = Unmanaged.passRetained(connection).toOpaque()
          listener.opened(connection)
        } else if let pointer = slot.pointee {
          slot.pointee = nil
          listener.closed(Unmanaged<Connection>.fromOpaque(pointer).takeRetainedValue())
        }
      },
      target: { context, target, handle in
        guard let target, let handle, let connection = Connection.of(handle) else { return nil }
        connection.receive(
          target: Array(UnsafeRawBufferPointer(start: target, count: strlen(target))),
          deadline: .now + Listener.at(context).configuration.headerTimeout)
        lamppost_mhd_hide_query(target)
        return nil
      })
  }

  private static func at(_ context: UnsafeMutableRawPointer?) -> Listener {
    Unmanaged<Listener>.fromOpaque(context!).takeUnretainedValue()
  }
}

extension Exchange {
  fileprivate static func at(_ pointer: UnsafeMutableRawPointer) -> Exchange {
    Unmanaged<Exchange>.fromOpaque(pointer).takeUnretainedValue()
  }
}

extension Connection {
  fileprivate static func of(_ handle: OpaquePointer) -> Connection? {
    lamppost_mhd_socket_context(handle).map { Unmanaged<Connection>.fromOpaque($0).takeUnretainedValue() }
  }
}
