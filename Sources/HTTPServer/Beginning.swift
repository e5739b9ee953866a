internal import CMicroHTTPD

/// From a complete header to a running handler, and the end of the request.
extension Listener {
  /// Checks the request and starts its handler. A request that is refused is an exchange too, with its answer ready.
  func begin(_ handle: OpaquePointer, _ connection: Connection, method: String, version: String) -> Exchange {
    let target = connection.takeTarget()
    requests.add(1, ordering: .acquiringAndReleasing)
    do {
      guard lamppost_mhd_header_size(handle) <= configuration.headerLimit else { throw Refusal.headerTooLarge }
      let headers = try FieldCollector.headers(
        of: handle, requestLine: method.utf8.count + target.count + version.utf8.count + 4)
      guard version == "HTTP/1.1" || version == "HTTP/1.0" else { throw Refusal.version }
      let framing = try Framing(headers, isVersion10: version == "HTTP/1.0")
      guard let method = Method(rawValue: method) else { throw Refusal.method }
      if let length = framing.length, length > configuration.bodyLimit { throw Refusal.bodyTooLarge }
      let place = try Target(target, hostAndPort: framing.hostAndPort)
      let client = Client(peer: connection.peer, peerText: connection.peerText, headers, proxies: proxies)
      if let counted = client.counted, !enter(counted) { throw Refusal.tooMany }
      let exchange = Exchange(
        handle, isHead: method == .head, announcedLength: framing.length, awaitsContinue: framing.awaitsContinue,
        limits: limits, client: client.counted)
      connection.begin(exchange)
      guard !isAborting else {
        exchange.abort()
        return exchange
      }
      run(
        Request(
          method: method, path: place.path, query: place.query, headers: headers, clientAddress: client.text,
          scheme: client.scheme, hostAndPort: framing.hostAndPort,
          body: Body(exchange, announcedLength: framing.length)), exchange)
      return exchange
    } catch {
      return refuse(error as? Refusal ?? .fields, handle, connection, isHead: method == "HEAD")
    }
  }

  private func refuse(
    _ refusal: Refusal, _ handle: OpaquePointer, _ connection: Connection, isHead: Bool
  ) -> Exchange {
    // As if an endless body followed: it is not read, and libmicrohttpd closes the connection after the answer.
    let exchange = Exchange(handle, isHead: isHead, announcedLength: .max, limits: limits, isLast: true)
    connection.begin(exchange)
    exchange.respond(configuration.problem(refusal.status, refusal.code, refusal.detail))
    // Should it be a stream: nobody writes to it.
    exchange.finish(isWhole: true)
    return exchange
  }

  private func run(_ request: Request, _ exchange: Exchange) {
    // Immediate: what needs to wait for nothing is answered without leaving this thread.
    // What brings a body may write to disk for as long as that takes: not on a thread that others wait for.
    let executor = request.body.announcedLength == 0 ? configuration.executor : nil
    let task = Task.immediate(executorPreference: executor) { [handler] in
      let response = await handler(request)
      exchange.respond(response)
      guard case .stream(let write) = response.content, !exchange.isHead else { return }
      do {
        try await write(ResponseWriter(exchange: exchange))
        exchange.finish(isWhole: true)
      } catch {
        exchange.finish(isWhole: false)
      }
    }
    exchange.run(task)
  }

  /// The request is over, whichever way.
  func end(_ exchange: Exchange, _ connection: Connection?) {
    let lingers = exchange.hasUnreadBody
    exchange.complete()
    if let client = exchange.client { leave(client) }
    connection?.end(idleUntil: .now + configuration.idleTimeout, lingers: lingers)
    if isDraining { connection?.cut() }
    requests.subtract(1, ordering: .acquiringAndReleasing)
  }
}
