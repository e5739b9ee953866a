import Civic
import FoundationEssentials
import HTTPServer

/// Every URL, on one page.
enum Paths {
  /// Whether an address is a page's: it answers in HTML, and its forms carry their token inside.
  static func isPage(_ template: String) -> Bool {
    !["/api/", "/static/", "/theme/", "/logo/", "/basemap/"].contains(where: template.hasPrefix)
  }

  /// Whether a page's form may bring files.
  static func takesFiles(_ template: String) -> Bool { filePages.contains(template) }

  private static let filePages: Set = [
    adminAreas.template,
    report.template, requestPage.template, trackPage.template, staffRequest.template, newTownship.template,
    township.template,
    adminConfiguration.template, adminBranding.template,
  ]

  static let home = Path("/")
  static let health = Path("/healthz")
  static let readiness = Path("/readyz")
  static let metrics = Path("/metrics")
  static let api = Path("/api")
  static let asset = Path("/static/{name}", String.self)
  static let logo = Path("/logo/{logo}", LogoDigest.self)
  static let theme = Path("/theme/{theme}.css", ThemeName.self)

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

  static let abusePage = Path("/requests/{reference}/abuse", Reference.self)

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
  static let forgotPassword = Path("/forgot-password")
  static let resetPassword = Path("/reset-password/{token}", AccountLink.self)
  static let confirmAddress = Path("/confirm-address/{token}", AccountLink.self)
  static let invitePage = Path("/invite/{token}", String.self)
  static let account = Path("/me")
  static let accountSettings = Path("/me/settings")
  static let accountSecurity = Path("/me/security")
  static let accountDeletion = Path("/me/delete")

  // Pages: staff
  static let triage = Path("/staff")
  static let mentionsPage = Path("/staff/mentions")
  static let staffRequest = Path("/staff/requests/{reference}", Reference.self)
  static let redactWordsPage = Path("/staff/requests/{reference}/redact", Reference.self)
  static let redactPhotoPage = Path("/staff/files/{id}/redact", AttachmentID.self)
  static let moderationPage = Path("/staff/moderation")
  static let dashboard = Path("/staff/dashboard")
  static let dashboardExport = Path("/staff/dashboard/export")
  static let auditPage = Path("/staff/audit")
  static let auditExport = Path("/staff/audit/export")
  static let compliance = Path("/staff/compliance")
  static let complianceExport = Path("/staff/compliance/export")

  // Pages: administration
  static let administration = Path("/admin")
  static let adminPeople = Path("/admin/people")
  static let adminPerson = Path("/admin/people/{person}", Int.self)
  static let adminInvitations = Path("/admin/invitations")
  static let adminDepartments = Path("/admin/departments")
  static let adminDepartment = Path("/admin/departments/{department}", String.self)
  static let retentionPage = Path("/admin/retention")
  static let dataRequestPage = Path("/staff/data-requests")
  static let adminSettings = Path("/admin/settings")
  static let adminBranding = Path("/admin/branding")
  static let mergePage = Path("/staff/requests/{reference}/merge", Reference.self)
  static let adminWorkflow = Path("/admin/workflow")
  static let adminCategories = Path("/admin/categories")
  static let adminAreas = Path("/admin/areas")
  static let adminNewArea = Path("/admin/areas/new")
  static let adminArea = Path("/admin/areas/{area}", AreaName.self)
  static let adminTemplates = Path("/admin/templates")
  static let adminNewTemplate = Path("/admin/templates/new")
  static let adminTemplate = Path("/admin/templates/{template}", Int.self)
  static let adminRules = Path("/admin/rules")
  static let adminNewRule = Path("/admin/rules/new")
  static let adminRule = Path("/admin/rules/{rule}", Int.self)
  static let deadlineSettingsPage = Path("/admin/deadlines")
  static let calendarPages = Path("/admin/calendars")
  static let newCalendarPage = Path("/admin/calendars/new")
  static let calendarPage = Path("/admin/calendars/{calendar}", String.self)
  static let adminConfiguration = Path("/admin/configuration")
  static let adminConfigurationFile = Path("/admin/configuration/file")
  static let adminNewCategory = Path("/admin/categories/new")
  static let adminCategory = Path("/admin/categories/{category}", String.self)

  // Pages: the operator of the installation
  static let townships = Path("/operator")
  static let newTownship = Path("/operator/new")
  static let township = Path("/operator/townships/{township}", String.self)

  // API
  static let description = Path("/api/v1/openapi.json")

  static let session = Path("/api/v1/session")
  static let token = Path("/api/v1/token")
  static let tokenRevocation = Path("/api/v1/token/revoke")
  static let users = Path("/api/v1/users")
  static let user = Path("/api/v1/users/{person}", Int.self)
  static let userPasswordReset = Path("/api/v1/users/{person}/password-reset", Int.self)
  static let userSecondFactor = Path("/api/v1/users/{person}/totp", Int.self)
  static let invitations = Path("/api/v1/invitations")
  static let invitation = Path("/api/v1/invitations/{invitation}", Int.self)
  static let invitationAcceptance = Path("/api/v1/invitations/accept")
  static let departments = Path("/api/v1/departments")
  static let department = Path("/api/v1/departments/{department}", String.self)
  static let departmentMembers = Path("/api/v1/departments/{department}/members", String.self)
  static let departmentMember = Path("/api/v1/departments/{department}/members/{person}", String.self, Int.self)
  static let me = Path("/api/v1/me")
  static let password = Path("/api/v1/me/password")
  static let passwordReset = Path("/api/v1/password-reset")
  static let passwordResetConfirmation = Path("/api/v1/password-reset/confirm")
  static let myAddress = Path("/api/v1/me/email")
  static let addressConfirmation = Path("/api/v1/me/email/confirm")
  static let secondFactor = Path("/api/v1/me/totp")
  static let recoveryCodes = Path("/api/v1/me/totp/recovery-codes")
  static let mySessions = Path("/api/v1/me/sessions")
  static let mySession = Path("/api/v1/me/sessions/{session}", String.self)
  static let export = Path("/api/v1/me/export")

  static let templates = Path("/api/v1/templates")
  static let template = Path("/api/v1/templates/{template}", Int.self)
  static let templateRestoration = Path("/api/v1/templates/{template}/restore", Int.self)
  static let categories = Path("/api/v1/categories")
  static let category = Path("/api/v1/categories/{category}", String.self)
  static let configuration = Path("/api/v1/configuration")
  static let categoryOrder = Path("/api/v1/category-order")
  static let rules = Path("/api/v1/rules")
  static let rule = Path("/api/v1/rules/{rule}", Int.self)
  static let ruleRestoration = Path("/api/v1/rules/{rule}/restore", Int.self)
  static let ruleOrder = Path("/api/v1/rules/order")
  static let ruleDryRun = Path("/api/v1/rules/dry-run")
  static let deadlineSettings = Path("/api/v1/settings/deadlines")
  static let calendars = Path("/api/v1/calendars")
  static let calendar = Path("/api/v1/calendars/{calendar}", String.self)
  static let settings = Path("/api/v1/settings")
  static let branding = Path("/api/v1/settings/branding")
  static let logos = Path("/api/v1/settings/branding/logos")
  static let keptLogo = Path("/api/v1/settings/branding/logos/{id}", AttachmentID.self)
  static let audit = Path("/api/v1/audit")
  static let auditState = Path("/api/v1/audit/state")
  static let workflow = Path("/api/v1/workflow")
  static let tenants = Path("/api/v1/tenants")
  static let tenant = Path("/api/v1/tenants/{township}", String.self)
  static let tenantAdministrators = Path("/api/v1/tenants/{township}/administrators", String.self)
  static let areas = Path("/api/v1/areas")
  static let area = Path("/api/v1/areas/{area}", AreaName.self)
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
  static let complianceReport = Path("/api/v1/compliance")
  static let stream = Path("/api/v1/stream")
  static let trackStream = Path("/api/v1/track/{code}/stream", String.self)
  static let similarToReport = Path("/api/v1/requests/similar")
  static let similar = Path("/api/v1/requests/{reference}/similar", Reference.self)
  static let checkReport = Path("/api/v1/requests/check")
  static let abuse = Path("/api/v1/requests/{reference}/abuse", Reference.self)
  static let moderate = Path("/api/v1/requests/{reference}/moderation", Reference.self)
  static let redaction = Path("/api/v1/requests/{reference}/redaction", Reference.self)
  static let sealed = Path("/api/v1/requests/{reference}/sealed", Reference.self)
  static let photoRedaction = Path("/api/v1/attachments/{id}/redaction", AttachmentID.self)
  static let retention = Path("/api/v1/retention")
  static let dataRequests = Path("/api/v1/data-requests")
  static let moderation = Path("/api/v1/moderation")
  static let decision = Path("/api/v1/moderation/{id}", UUID.self)
  static let follow = Path("/api/v1/requests/{reference}/follow", Reference.self)
  static let support = Path("/api/v1/requests/{reference}/support", Reference.self)
  static let duplicates = Path("/api/v1/requests/{reference}/duplicates", Reference.self)
  static let mergePreview = Path("/api/v1/requests/{reference}/duplicates/preview", Reference.self)
  static let track = Path("/api/v1/track/{code}", String.self)
  static let messages = Path("/api/v1/track/{code}/messages", String.self)

  static let attachment = Path("/api/v1/attachments/{id}", AttachmentID.self)
  static let content = Path("/api/v1/attachments/{id}/content", AttachmentID.self)
  static let thumbnail = Path("/api/v1/attachments/{id}/thumbnail", AttachmentID.self)
}

extension Reference: PathParameter {
  public init?(pathComponent: String) { self.init(pathComponent) }
  public var pathComponent: String { description }
}
