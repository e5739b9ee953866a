import Civic
import FoundationEssentials
import HTTPServer

/// Who may call a route; the use case asks again about the very request.
enum Access: Sendable, Equatable {
  case anyone
  case signedIn
  /// A member of staff whose role has the permission, be it for assigned requests only.
  case staff(Permission)
  /// Anyone, without a township: the process answers for itself, whatever has become of the database.
  case process
  /// The machine itself, or who holds the monitoring token; without a township.
  case monitoring
}

/// Every URL, on one page.
enum Paths {
  /// Whether an address is a page's: it answers in HTML, and its forms carry their token inside.
  static func isPage(_ template: String) -> Bool {
    !["/api/", "/static/", "/basemap/"].contains(where: template.hasPrefix)
  }

  /// Whether a page's form may bring files.
  static func takesFiles(_ template: String) -> Bool { filePages.contains(template) }

  private static let filePages: Set = [
    report.template, requestPage.template, trackPage.template, staffRequest.template,
  ]

  static let home = Path("/")
  static let health = Path("/healthz")
  static let readiness = Path("/readyz")
  static let metrics = Path("/metrics")
  static let api = Path("/api")
  static let asset = Path("/static/{name}", String.self)

  // Pages: everybody
  static let language = Path("/language")
  static let manifest = Path("/manifest.webmanifest")
  static let serviceWorker = Path("/sw.js")
  static let offline = Path("/offline")
  static let privacy = Path("/privacy")
  static let accessibility = Path("/accessibility")
  static let emergency = Path("/emergency")

  // Pages: reporting
  static let report = Path("/report")
  static let supportPage = Path("/requests/{reference}/support", Reference.self)

  // Pages: a request, and its reporter's view
  static let requestPage = Path("/requests/{reference}", Reference.self)
  static let editPage = Path("/requests/{reference}/edit", Reference.self)
  static let withdrawalPage = Path("/requests/{reference}/withdraw", Reference.self)
  static let findReport = Path("/find")
  static let followRequestPage = Path("/requests/{reference}/follow", Reference.self)
  static let followPage = Path("/follow/{token}", FollowToken.self)
  static let lostLink = Path("/track")
  static let trackPage = Path("/track/{code}", String.self)
  static let trackEditPage = Path("/track/{code}/edit", String.self)
  static let trackWithdrawalPage = Path("/track/{code}/withdraw", String.self)
  static let trackFile = Path("/track/{code}/files/{id}", String.self, AttachmentID.self)
  static let trackThumbnail = Path("/track/{code}/files/{id}/thumbnail", String.self, AttachmentID.self)

  // Pages: map and list
  static let mapPage = Path("/map")
  static let mapList = Path("/map/list")
  static let mapCard = Path("/map/requests/{reference}", Reference.self)
  static let baseMapTile = Path("/basemap/{z}/{x}/{y}", Int.self, Int.self, Int.self)

  // Pages: accounts
  static let signIn = Path("/sign-in")
  static let signOut = Path("/sign-out")
  static let register = Path("/register")
  static let account = Path("/me")
  static let accountSettings = Path("/me/settings")
  static let accountDeletion = Path("/me/delete")

  // Pages: staff
  static let triage = Path("/staff")
  static let mentionsPage = Path("/staff/mentions")
  static let staffRequest = Path("/staff/requests/{reference}", Reference.self)
  static let dashboard = Path("/staff/dashboard")
  static let dashboardExport = Path("/staff/dashboard/export")

  // Pages: administration
  static let administration = Path("/admin")
  static let adminSettings = Path("/admin/settings")
  static let adminCategories = Path("/admin/categories")
  static let adminCategory = Path("/admin/categories/{category}", String.self)

  // API
  static let description = Path("/api/v1/openapi.json")

  static let session = Path("/api/v1/session")
  static let token = Path("/api/v1/token")
  static let tokenRevocation = Path("/api/v1/token/revoke")
  static let users = Path("/api/v1/users")
  static let me = Path("/api/v1/me")
  static let password = Path("/api/v1/me/password")
  static let mySessions = Path("/api/v1/me/sessions")
  static let mySession = Path("/api/v1/me/sessions/{session}", String.self)
  static let export = Path("/api/v1/me/export")

  static let templates = Path("/api/v1/templates")
  static let template = Path("/api/v1/templates/{template}", Int.self)
  static let categories = Path("/api/v1/categories")
  static let category = Path("/api/v1/categories/{category}", String.self)
  static let settings = Path("/api/v1/settings")
  static let areas = Path("/api/v1/areas")
  static let places = Path("/api/v1/places")
  static let requests = Path("/api/v1/requests")
  static let map = Path("/api/v1/map")
  static let tile = Path("/api/v1/tiles/{z}/{x}/{y}.mvt", Int.self, Int.self, Int.self)
  static let bulk = Path("/api/v1/bulk")
  static let views = Path("/api/v1/views")
  static let view = Path("/api/v1/views/{id}", UUID.self)
  static let request = Path("/api/v1/requests/{reference}", Reference.self)
  static let withdrawal = Path("/api/v1/requests/{reference}/withdraw", Reference.self)
  static let history = Path("/api/v1/requests/{reference}/history", Reference.self)
  static let comments = Path("/api/v1/requests/{reference}/comments", Reference.self)
  static let status = Path("/api/v1/requests/{reference}/status", Reference.self)
  static let confirmation = Path("/api/v1/requests/{reference}/confirm", Reference.self)
  static let opened = Path("/api/v1/requests/{reference}/opened", Reference.self)
  static let undo = Path("/api/v1/requests/{reference}/undo", Reference.self)
  static let assignment = Path("/api/v1/requests/{reference}/assignment", Reference.self)
  static let requestAttachments = Path("/api/v1/requests/{reference}/attachments", Reference.self)
  static let presence = Path("/api/v1/requests/{reference}/presence", Reference.self)
  static let statistics = Path("/api/v1/statistics")
  static let stream = Path("/api/v1/stream")
  static let trackStream = Path("/api/v1/track/{code}/stream", String.self)
  static let similarToReport = Path("/api/v1/requests/similar")
  static let similar = Path("/api/v1/requests/{reference}/similar", Reference.self)
  static let follow = Path("/api/v1/requests/{reference}/follow", Reference.self)
  static let support = Path("/api/v1/requests/{reference}/support", Reference.self)
  static let track = Path("/api/v1/track/{code}", String.self)
  static let messages = Path("/api/v1/track/{code}/messages", String.self)

  static let attachment = Path("/api/v1/attachments/{id}", AttachmentID.self)
  static let content = Path("/api/v1/attachments/{id}/content", AttachmentID.self)
  static let thumbnail = Path("/api/v1/attachments/{id}/thumbnail", AttachmentID.self)
}

extension Router<Access, Context> {
  /// Every route with who may call it.
  static func lamppost() -> Router {
    var router = Router()
    // Pages: everybody
    router.on(.get, Paths.home, access: .anyone, handler: HomePage.show)
    router.on(.post, Paths.language, access: .anyone, handler: LanguageRoutes.choose)
    router.on(.get, Paths.asset, access: .process, handler: AssetRoutes.file)
    router.on(.get, Paths.manifest, access: .anyone, handler: AppManifest.show)
    router.on(.get, Paths.serviceWorker, access: .process, handler: AssetRoutes.serviceWorker)
    router.on(.get, Paths.offline, access: .anyone, handler: OfflinePage.show)
    router.on(.get, Paths.privacy, access: .anyone, handler: PrivacyPage.show)
    router.on(.get, Paths.accessibility, access: .anyone, handler: AccessibilityPage.show)
    router.on(.get, Paths.emergency, access: .anyone, handler: EmergencyPage.show)

    // Pages: reporting
    router.on(.get, Paths.report, access: .anyone, handler: ReportPage.show)
    router.on(.post, Paths.report, access: .anyone, handler: ReportPage.submit)
    router.on(.post, Paths.supportPage, access: .anyone, handler: SupportRoutes.post)

    // Pages: a request, and its reporter's view
    router.on(.get, Paths.requestPage, access: .anyone, handler: RequestPage.show)
    router.on(.post, Paths.requestPage, access: .signedIn, handler: RequestPage.submit)
    router.on(.get, Paths.editPage, access: .signedIn, handler: RequestPage.edit)
    router.on(.post, Paths.editPage, access: .signedIn, handler: RequestPage.saveEdit)
    router.on(.get, Paths.withdrawalPage, access: .signedIn, handler: RequestPage.confirmWithdrawal)
    router.on(.post, Paths.withdrawalPage, access: .signedIn, handler: RequestPage.withdraw)
    router.on(.get, Paths.findReport, access: .anyone, handler: FindReportPage.show)
    router.on(.post, Paths.findReport, access: .anyone, handler: FindReportPage.submit)
    router.on(.post, Paths.followRequestPage, access: .anyone, handler: FollowPage.submit)
    router.on(.get, Paths.followPage, access: .anyone, handler: FollowPage.show)
    router.on(.post, Paths.followPage, access: .anyone, handler: FollowPage.answer)
    router.on(.get, Paths.lostLink, access: .anyone, handler: LostLinkPage.show)
    router.on(.post, Paths.lostLink, access: .anyone, handler: LostLinkPage.submit)
    router.on(.get, Paths.trackPage, access: .anyone, handler: TrackPage.show)
    router.on(.post, Paths.trackPage, access: .anyone, handler: TrackPage.submit)
    router.on(.get, Paths.trackEditPage, access: .anyone, handler: TrackPage.edit)
    router.on(.post, Paths.trackEditPage, access: .anyone, handler: TrackPage.saveEdit)
    router.on(.get, Paths.trackWithdrawalPage, access: .anyone, handler: TrackPage.confirmWithdrawal)
    router.on(.post, Paths.trackWithdrawalPage, access: .anyone, handler: TrackPage.withdraw)
    router.on(.get, Paths.trackFile, access: .anyone, handler: TrackPage.file)
    router.on(.get, Paths.trackThumbnail, access: .anyone, handler: TrackPage.thumbnail)

    // Pages: map and list
    router.on(.get, Paths.mapPage, access: .anyone, handler: MapPage.show)
    router.on(.get, Paths.mapList, access: .anyone, handler: MapPage.list)
    router.on(.get, Paths.mapCard, access: .anyone, handler: MapPage.card)
    router.on(.get, Paths.baseMapTile, access: .anyone, handler: BaseMapRoutes.tile)

    // Pages: accounts
    router.on(.get, Paths.signIn, access: .anyone, handler: SignInPage.show)
    router.on(.post, Paths.signIn, access: .anyone, handler: SignInPage.submit)
    router.on(.get, Paths.signOut, access: .anyone, handler: SignInPage.confirmSignOut)
    router.on(.post, Paths.signOut, access: .anyone, handler: SignInPage.signOut)
    router.on(.get, Paths.register, access: .anyone, handler: RegisterPage.show)
    router.on(.post, Paths.register, access: .anyone, handler: RegisterPage.submit)
    router.on(.get, Paths.account, access: .signedIn, handler: AccountPage.show)
    router.on(.get, Paths.accountSettings, access: .signedIn, handler: SettingsPage.show)
    router.on(.post, Paths.accountSettings, access: .signedIn, handler: SettingsPage.submit)
    router.on(.get, Paths.accountDeletion, access: .signedIn, handler: DeletionPage.show)
    router.on(.post, Paths.accountDeletion, access: .signedIn, handler: DeletionPage.submit)

    // Pages: staff
    router.on(.get, Paths.triage, access: .staff(.readInternal), handler: TriagePage.show)
    router.on(.post, Paths.triage, access: .staff(.readInternal), handler: TriagePage.submit)
    router.on(.get, Paths.mentionsPage, access: .staff(.readInternal), handler: MentionsPage.show)
    router.on(.get, Paths.staffRequest, access: .staff(.readInternal), handler: StaffRequestPage.show)
    router.on(.post, Paths.staffRequest, access: .staff(.readInternal), handler: StaffRequestPage.submit)
    router.on(.get, Paths.dashboard, access: .staff(.readInternal), handler: DashboardPage.show)
    router.on(.get, Paths.dashboardExport, access: .staff(.readInternal), handler: DashboardExport.download)

    // Pages: administration
    router.on(.get, Paths.administration, access: .staff(.manageCategories), handler: AdministrationPage.show)
    router.on(.get, Paths.adminSettings, access: .staff(.manageCategories), handler: SettingsAdministrationPage.show)
    router.on(.post, Paths.adminSettings, access: .staff(.manageCategories), handler: SettingsAdministrationPage.submit)
    router.on(.get, Paths.adminCategories, access: .staff(.manageCategories), handler: CategoryPages.list)
    router.on(.get, Paths.adminCategory, access: .staff(.manageCategories), handler: CategoryPages.show)
    router.on(.post, Paths.adminCategory, access: .staff(.manageCategories), handler: CategoryPages.submit)

    // Monitoring and description
    router.on(.get, Paths.health, access: .process, handler: MonitoringRoutes.health)
    router.on(.get, Paths.readiness, access: .monitoring, handler: MonitoringRoutes.readiness)
    router.on(.get, Paths.metrics, access: .monitoring, handler: MonitoringRoutes.metrics)
    router.on(.get, Paths.api, access: .anyone, handler: DescriptionRoutes.page)
    router.on(.get, Paths.description, access: .anyone, handler: DescriptionRoutes.document)

    // API
    router.on(.post, Paths.session, access: .anyone, handler: SessionRoutes.signIn)
    router.on(.delete, Paths.session, access: .anyone, handler: SessionRoutes.signOut)
    router.on(.post, Paths.token, access: .anyone, handler: SessionRoutes.token)
    router.on(.post, Paths.tokenRevocation, access: .anyone, handler: SessionRoutes.revoke)
    router.on(.get, Paths.users, access: .staff(.readInternal), handler: PeopleRoutes.listStaff)
    router.on(.post, Paths.users, access: .anyone, handler: PeopleRoutes.register)
    router.on(.get, Paths.me, access: .signedIn, handler: SessionRoutes.me)
    router.on(.patch, Paths.me, access: .signedIn, handler: AccountRoutes.change)
    router.on(.delete, Paths.me, access: .signedIn, handler: AccountRoutes.delete)
    router.on(.post, Paths.password, access: .signedIn, handler: AccountRoutes.changePassword)
    router.on(.get, Paths.mySessions, access: .signedIn, handler: AccountRoutes.sessions)
    router.on(.delete, Paths.mySession, access: .signedIn, handler: AccountRoutes.endSession)
    router.on(.get, Paths.export, access: .signedIn, handler: AccountRoutes.export)

    router.on(.get, Paths.templates, access: .staff(.readInternal), handler: TemplateRoutes.list)
    router.on(.post, Paths.templates, access: .staff(.manageTemplates), handler: TemplateRoutes.add)
    router.on(.patch, Paths.template, access: .staff(.manageTemplates), handler: TemplateRoutes.change)
    router.on(.delete, Paths.template, access: .staff(.manageTemplates), handler: TemplateRoutes.remove)
    router.on(.get, Paths.categories, access: .anyone, handler: CategoryRoutes.list)
    router.on(.patch, Paths.category, access: .staff(.manageCategories), handler: AdministrationRoutes.changeCategory)
    router.on(.get, Paths.settings, access: .staff(.manageCategories), handler: AdministrationRoutes.settings)
    router.on(.patch, Paths.settings, access: .staff(.manageCategories), handler: AdministrationRoutes.changeSettings)
    router.on(.get, Paths.areas, access: .anyone, handler: AreaRoutes.list)
    router.on(.get, Paths.places, access: .anyone, handler: PlaceRoutes.find)
    router.on(.post, Paths.requests, access: .anyone, handler: ReportRoutes.submit)
    router.on(.get, Paths.requests, access: .anyone, handler: TriageRoutes.list)
    router.on(.get, Paths.map, access: .anyone, handler: TriageRoutes.map)
    router.on(.get, Paths.tile, access: .anyone, handler: VectorTileRoutes.tile)
    router.on(.get, Paths.request, access: .anyone, handler: ReportRoutes.read)
    router.on(.patch, Paths.request, access: .anyone, handler: ReportRoutes.edit)
    router.on(.post, Paths.withdrawal, access: .anyone, handler: ReportRoutes.withdraw)
    router.on(.get, Paths.history, access: .anyone, handler: ReportRoutes.history)
    router.on(.get, Paths.comments, access: .anyone, handler: CommentRoutes.list)
    router.on(.post, Paths.comments, access: .anyone, handler: CommentRoutes.add)
    router.on(.post, Paths.status, access: .staff(.changeStatus), handler: WorkflowRoutes.changeStatus)
    router.on(.post, Paths.confirmation, access: .anyone, handler: WorkflowRoutes.confirm)
    router.on(.post, Paths.opened, access: .staff(.changeStatus), handler: WorkflowRoutes.opened)
    router.on(.post, Paths.undo, access: .staff(.changeStatus), handler: WorkflowRoutes.undo)
    router.on(.post, Paths.assignment, access: .staff(.assign), handler: TriageRoutes.assign)
    router.on(.post, Paths.bulk, access: .staff(.changeStatus), handler: BulkRoutes.change)
    router.on(.get, Paths.views, access: .staff(.readInternal), handler: ViewRoutes.list)
    router.on(.post, Paths.views, access: .staff(.readInternal), handler: ViewRoutes.add)
    router.on(.delete, Paths.view, access: .staff(.readInternal), handler: ViewRoutes.delete)
    router.on(.post, Paths.requestAttachments, access: .anyone, handler: AttachmentRoutes.add)
    router.on(.get, Paths.statistics, access: .staff(.readInternal), handler: StatisticsRoutes.read)
    router.on(.get, Paths.stream, access: .anyone, handler: LiveRoutes.stream)
    router.on(.get, Paths.trackStream, access: .anyone, handler: LiveRoutes.track)
    router.on(.post, Paths.presence, access: .staff(.readInternal), handler: LiveRoutes.presence)
    router.on(.delete, Paths.presence, access: .staff(.readInternal), handler: LiveRoutes.leave)
    router.on(.post, Paths.similarToReport, access: .anyone, handler: SimilarRoutes.ofReport)
    router.on(.get, Paths.similar, access: .anyone, handler: SimilarRoutes.ofRequest)
    router.on(.post, Paths.follow, access: .anyone, handler: FollowRoutes.add)
    router.on(.delete, Paths.follow, access: .signedIn, handler: FollowRoutes.remove)
    router.on(.post, Paths.support, access: .anyone, handler: SupportRoutes.add)
    router.on(.delete, Paths.support, access: .anyone, handler: SupportRoutes.remove)
    router.on(.get, Paths.track, access: .anyone, handler: ReportRoutes.track)
    router.on(.post, Paths.messages, access: .anyone, handler: ReportRoutes.sendMessage)

    router.on(.get, Paths.attachment, access: .anyone, handler: AttachmentRoutes.read)
    router.on(.get, Paths.content, access: .anyone, handler: AttachmentRoutes.content)
    router.on(.get, Paths.thumbnail, access: .anyone, handler: AttachmentRoutes.thumbnail)
    return router
  }
}

extension Reference: PathParameter {
  public init?(pathComponent: String) { self.init(pathComponent) }
  public var pathComponent: String { description }
}
