import Civic
import Credentials
import FoundationEssentials
import HTTPServer

/// The way of a call: request id, township, caller, access, handler; whatever happens, one response.
struct Handler: Sendable {
  let application: Application
  let router: Router<Access, Context>

  init(_ application: Application) {
    self.application = application
    router = .lamppost()
  }

  func respond(to request: Request) async -> Response {
    let start = ContinuousClock.now
    let id = RequestID.make()
    var template = "none"
    var response: Response
    var page: Context?
    do {
      let route = try find(request)
      template = route.template
      response = try await respond(to: request, by: route, &page)
    } catch {
      let (problem, isUnexpected) = Problem.of(error)
      if isUnexpected {
        application.log.error(
          "request_failed",
          [
            ("request_id", id), ("method", request.method.rawValue), ("route", template),
            ("error", String(reflecting: error)),
          ])
      }
      if page == nil && problem.code == .notFound { page = await stranger(request) }
      response = failure(problem, requestID: id, request, page)
      if case .methodNotAllowed(let methods) = router.match(request.method, request.path) {
        response.headers["Allow"] = methods.map(\.rawValue).joined(separator: ", ")
      }
    }
    finish(&response, requestID: id)
    application.metrics.count(template, request.method, response.status, since: start)
    return response
  }

  private func find(_ request: Request) throws(Problem) -> Router<Access, Context>.Route {
    switch router.match(request.method, request.path) {
    case .found(let route): return route
    case .methodNotAllowed: throw Problem(.methodNotAllowed)
    case .notFound: throw .notFound
    }
  }

  /// - Parameter page: what is known of a page's caller when the call fails.
  private func respond(
    to request: Request, by route: Router<Access, Context>.Route, _ page: inout Context?
  ) async throws -> Response {
    try application.description.checkQuery(of: request, template: route.template)
    if route.access == .monitoring && !mayMonitor(request) { throw Problem.notFound }
    if route.access == .monitoring || route.access == .process {
      let context = Context(
        application: application, actor: .nowhere, session: nil, clientAddress: request.clientAddress)
      return try await route.handle(request, context)
    }
    let tenant = try await application.tenants.tenant(host: request.host)
    let isPage = Paths.isPage(route.template)
    var context = Context(
      application: application, actor: Actor(tenant: tenant), session: nil, clientAddress: request.clientAddress)
    if isPage {
      (context.language, context.target) = (LanguageRoutes.language(of: request, in: tenant), request.target)
      page = context
    }
    // Before anybody is asked who they are: nobody signs in here, by whatever way.
    if !tenant.isActive { throw Problem(.townshipInactive) }
    let caller = try await application.authentication.caller(of: request, tenant: tenant, provesByForm: isPage)
    (context.session, context.hasEnded) = (caller.session, caller.hasEnded)
    context.actor = try await application.authentication.caller(
      caller.actor, towards: request.path, template: route.template)
    context.standing = caller.actor
    if isPage && caller.actor.may(.moderate) {
      context.abuseWaiting = try await application.listAbuse.waiting(as: caller.actor)
    }
    if isPage { page = context }
    // Signing in again would not help them.
    if caller.isUnjudged && route.access != .anyone { throw Problem(.unavailable, retryAfter: 5) }
    try authorize(context.actor, for: route.access)
    if request.method.isSafe { return try await route.handle(request, context) }
    let request = askingAgain(request, caller, tenant, isPage: isPage)
    let response = isPage ? try await take(request, by: route, context) : try await route.handle(request, context)
    application.live.tell(tenant)
    return response
  }

  /// Whoever sends slowly is asked again who they are once all is there: by then they may be nobody any more.
  private func askingAgain(
    _ request: Request, _ caller: Authentication.Caller, _ tenant: Tenant, isPage: Bool
  ) -> Request {
    guard let person = caller.actor.person else { return request }
    let start = ContinuousClock.now
    let authentication = application.authentication
    return request.withBody {
      if start.duration(to: .now) < .seconds(1) { return }
      let now = try await authentication.caller(of: request, tenant: tenant, provesByForm: isPage)
      guard now.actor.person == person else { throw Problem(.unauthenticated, "This account changed meanwhile.") }
    }
  }

  /// A form that a page posts: read and checked here, so that no handler can forget to.
  private func take(
    _ request: Request, by route: Router<Access, Context>.Route, _ context: Context
  ) async throws -> Response {
    let quarantine = application.quarantine
    let maximumFiles = Paths.takesFiles(route.template) ? quarantine.configuration.maximumFiles : 0
    let form = try await PageForm.receive(request, maximumFiles: maximumFiles, into: quarantine)
    do {
      try form.check(request, session: context.session, sessions: application.sessions)
      var context = context
      context.form = form
      return try await route.handle(request, context)
    } catch {
      // When the outcome of a commit is unknown the rows may stand: their files are then not ours to remove.
      if !error.leavesOutcomeUnknown { quarantine.discard(form.files) }
      throw error
    }
  }

  /// What a browser's page needs that no route answers: the township, the language, and the caller where that is known.
  private func stranger(_ request: Request) async -> Context? {
    guard Paths.isPage(request.path), (request.headers["Accept"] ?? "").contains("text/html"),
      let tenant = try? await application.tenants.tenant(host: request.host)
    else { return nil }
    let caller = try? await application.authentication.caller(of: request, tenant: tenant, provesByForm: true)
    var context = Context(
      application: application, actor: caller?.actor ?? Actor(tenant: tenant), session: caller?.session,
      clientAddress: request.clientAddress)
    (context.language, context.target) = (LanguageRoutes.language(of: request, in: tenant), request.target)
    return context
  }

  /// As problem+json; as a page for a browser that wanted one.
  /// - Parameter context: of a page, as far as it came.
  private func failure(_ problem: Problem, requestID: String, _ request: Request, _ context: Context?) -> Response {
    if let context {
      let ended = context.hasEnded ? [("ended", "1")] : []
      let next = "?" + Query([("next", request.target)] + ended).encoded
      switch problem.code {
      // A token that is not valid stays so on the page for signing in.
      case .unauthenticated where request.method.isSafe && request.headers["Authorization"] == nil:
        return .redirect(to: Paths.signIn() + next)
      case .secondFactorMissing where request.method.isSafe: return .redirect(to: Paths.accountSecurity() + next)
      default: return ErrorPage.response(problem, requestID: requestID, context)
      }
    }
    let isForReading = (request.headers["Accept"] ?? "").contains("text/html") && Paths.isPage(request.path)
    return isForReading
      ? ErrorPage.response(problem, requestID: requestID, nil) : problem.response(requestID: requestID)
  }

  private func authorize(_ actor: Actor, for access: Access) throws(Problem) {
    switch access {
    case .anyone, .process: return
    case .signedIn: if actor.person == nil { throw Problem(.unauthenticated) }
    case .staff(let permission):
      guard let person = actor.person else { throw Problem(.unauthenticated) }
      if permission.scope(for: person.role) == .none {
        let isHeld = person.lacksSecondFactor && permission.scope(for: person.accountRole) != .none
        throw Problem(isHeld ? .secondFactorMissing : .forbidden)
      }
    case .monitoring: throw .notFound
    }
  }

  /// From the machine itself, or with the monitoring token.
  private func mayMonitor(_ request: Request) -> Bool {
    let isLocal = request.clientAddress == "127.0.0.1" || request.clientAddress == "::1"
    let hasToken = application.monitoringToken.map { token in
      constantTimeEquals(Array((request.headers["Authorization"] ?? "").utf8), Array("Bearer \(token)".utf8))
    }
    return isLocal || hasToken == true
  }

  private func finish(_ response: inout Response, requestID: String) {
    response.headers["X-Request-ID"] = requestID
    response.headers["X-Content-Type-Options"] = "nosniff"
    // Tracking codes stand in addresses: no other site shall learn one.
    response.headers["Referrer-Policy"] = "no-referrer"
    if response.headers["Cache-Control"] == nil { response.headers["Cache-Control"] = "no-store" }
    if response.headers["Content-Security-Policy"] == nil {
      response.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
    }
  }
}
