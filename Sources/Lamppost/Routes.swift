import Civic
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

extension Router<Access, Context> {
  /// Every route with who may call it.
  static func lamppost() -> Router {
    var router = Router()
    addPages(to: &router)
    addAPI(to: &router)
    return router
  }

  private static func addPages(to router: inout Router) {
    // Pages: everybody
    router.on(.get, Paths.home, access: .anyone, handler: HomePage.show)
    router.on(.post, Paths.language, access: .anyone, handler: LanguageRoutes.choose)
    router.on(.get, Paths.asset, access: .process, handler: AssetRoutes.file)
    router.on(.get, Paths.logo, access: .anyone, handler: LogoRoutes.picture)
    router.on(.get, Paths.theme, access: .process, handler: ThemeRoutes.sheet)
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
    router.on(.get, Paths.abusePage, access: .anyone, handler: AbusePage.show)
    router.on(.post, Paths.abusePage, access: .anyone, handler: AbusePage.submit)

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
    router.on(.get, Paths.forgotPassword, access: .anyone, handler: ForgotPasswordPage.show)
    router.on(.post, Paths.forgotPassword, access: .anyone, handler: ForgotPasswordPage.submit)
    router.on(.get, Paths.resetPassword, access: .anyone, handler: ResetPasswordPage.show)
    router.on(.post, Paths.resetPassword, access: .anyone, handler: ResetPasswordPage.submit)
    router.on(.get, Paths.confirmAddress, access: .anyone, handler: ConfirmAddressPage.show)
    router.on(.post, Paths.confirmAddress, access: .anyone, handler: ConfirmAddressPage.submit)
    router.on(.get, Paths.invitePage, access: .anyone, handler: InvitePage.show)
    router.on(.post, Paths.invitePage, access: .anyone, handler: InvitePage.submit)
    router.on(.get, Paths.account, access: .signedIn, handler: AccountPage.show)
    router.on(.get, Paths.accountSettings, access: .signedIn, handler: SettingsPage.show)
    router.on(.post, Paths.accountSettings, access: .signedIn, handler: SettingsPage.submit)
    router.on(.get, Paths.accountSecurity, access: .signedIn, handler: SecurityPage.show)
    router.on(.post, Paths.accountSecurity, access: .signedIn, handler: SecurityPage.submit)
    router.on(.get, Paths.accountDeletion, access: .signedIn, handler: DeletionPage.show)
    router.on(.post, Paths.accountDeletion, access: .signedIn, handler: DeletionPage.submit)

    // Pages: staff
    router.on(.get, Paths.triage, access: .staff(.readInternal), handler: TriagePage.show)
    router.on(.post, Paths.triage, access: .staff(.readInternal), handler: TriagePage.submit)
    router.on(.get, Paths.mentionsPage, access: .staff(.readInternal), handler: MentionsPage.show)
    router.on(.get, Paths.moderationPage, access: .staff(.moderate), handler: ModerationPage.show)
    router.on(.post, Paths.moderationPage, access: .staff(.moderate), handler: ModerationPage.submit)
    router.on(.get, Paths.dataRequestPage, access: .staff(.destroy), handler: DataRequestPage.show)
    router.on(.post, Paths.dataRequestPage, access: .staff(.destroy), handler: DataRequestPage.submit)
    router.on(.get, Paths.retentionPage, access: .staff(.manageCategories), handler: RetentionPage.show)
    router.on(.post, Paths.retentionPage, access: .staff(.manageCategories), handler: RetentionPage.submit)
    router.on(.get, Paths.redactWordsPage, access: .staff(.moderate), handler: RedactWordsPage.show)
    router.on(.post, Paths.redactWordsPage, access: .staff(.moderate), handler: RedactWordsPage.submit)
    router.on(.get, Paths.redactPhotoPage, access: .staff(.moderate), handler: RedactPhotoPage.show)
    router.on(.post, Paths.redactPhotoPage, access: .staff(.moderate), handler: RedactPhotoPage.submit)
    router.on(.get, Paths.staffRequest, access: .staff(.readInternal), handler: StaffRequestPage.show)
    router.on(.post, Paths.staffRequest, access: .staff(.readInternal), handler: StaffRequestPage.submit)
    router.on(.get, Paths.mergePage, access: .staff(.editRequest), handler: MergePage.show)
    router.on(.post, Paths.mergePage, access: .staff(.editRequest), handler: MergePage.submit)
    router.on(.get, Paths.dashboard, access: .staff(.readInternal), handler: DashboardPage.show)
    router.on(.get, Paths.dashboardExport, access: .staff(.readInternal), handler: DashboardExport.download)
    router.on(.get, Paths.auditPage, access: .staff(.readAudit), handler: AuditPage.show)
    router.on(.get, Paths.auditExport, access: .staff(.readAudit), handler: AuditExport.download)
    router.on(.get, Paths.compliance, access: .staff(.readInternal), handler: CompliancePage.show)
    router.on(.get, Paths.complianceExport, access: .staff(.readInternal), handler: ComplianceRoutes.export)

    // Pages: administration
    router.on(.get, Paths.administration, access: .staff(.manageCategories), handler: AdministrationPage.show)
    router.on(.get, Paths.adminPeople, access: .staff(.readPeople), handler: PeoplePages.list)
    router.on(.get, Paths.adminPerson, access: .staff(.readPeople), handler: PersonPage.show)
    router.on(.post, Paths.adminPerson, access: .staff(.managePeople), handler: PersonPage.submit)
    router.on(.get, Paths.adminInvitations, access: .staff(.managePeople), handler: InvitationPages.show)
    router.on(.post, Paths.adminInvitations, access: .staff(.managePeople), handler: InvitationPages.submit)
    router.on(.get, Paths.adminDepartments, access: .staff(.readPeople), handler: DepartmentPages.list)
    router.on(.post, Paths.adminDepartments, access: .staff(.managePeople), handler: DepartmentPages.add)
    router.on(.get, Paths.adminDepartment, access: .staff(.readPeople), handler: DepartmentPages.show)
    router.on(.post, Paths.adminDepartment, access: .staff(.managePeople), handler: DepartmentPages.submit)
    router.on(.get, Paths.adminSettings, access: .staff(.manageCategories), handler: SettingsAdministrationPage.show)
    router.on(.post, Paths.adminSettings, access: .staff(.manageCategories), handler: SettingsAdministrationPage.submit)
    router.on(.get, Paths.adminBranding, access: .staff(.manageCategories), handler: BrandingPage.show)
    router.on(.post, Paths.adminBranding, access: .staff(.manageCategories), handler: BrandingPage.submit)
    router.on(.get, Paths.adminWorkflow, access: .staff(.manageCategories), handler: WorkflowPage.show)
    router.on(.post, Paths.adminWorkflow, access: .staff(.manageCategories), handler: WorkflowPage.submit)
    router.on(.get, Paths.adminAreas, access: .staff(.manageAreas), handler: AreaListPage.show)
    router.on(.post, Paths.adminAreas, access: .staff(.manageAreas), handler: AreaListPage.submit)
    router.on(.get, Paths.adminNewArea, access: .staff(.manageAreas), handler: AreaPage.new)
    router.on(.post, Paths.adminNewArea, access: .staff(.manageAreas), handler: AreaPage.add)
    router.on(.get, Paths.adminArea, access: .staff(.manageAreas), handler: AreaPage.show)
    router.on(.post, Paths.adminArea, access: .staff(.manageAreas), handler: AreaPage.change)
    router.on(.get, Paths.adminTemplates, access: .staff(.manageTemplates), handler: TemplateListPage.show)
    router.on(.post, Paths.adminTemplates, access: .staff(.manageTemplates), handler: TemplateListPage.submit)
    router.on(.get, Paths.adminNewTemplate, access: .staff(.manageTemplates), handler: TemplatePage.new)
    router.on(.post, Paths.adminNewTemplate, access: .staff(.manageTemplates), handler: TemplatePage.add)
    router.on(.get, Paths.adminTemplate, access: .staff(.manageTemplates), handler: TemplatePage.show)
    router.on(.post, Paths.adminTemplate, access: .staff(.manageTemplates), handler: TemplatePage.change)
    router.on(.get, Paths.adminRules, access: .staff(.manageRules), handler: RuleListPage.show)
    router.on(.post, Paths.adminRules, access: .staff(.manageRules), handler: RuleListPage.submit)
    router.on(.get, Paths.adminNewRule, access: .staff(.manageRules), handler: RulePage.new)
    router.on(.post, Paths.adminNewRule, access: .staff(.manageRules), handler: RulePage.add)
    router.on(.get, Paths.adminRule, access: .staff(.manageRules), handler: RulePage.show)
    router.on(.post, Paths.adminRule, access: .staff(.manageRules), handler: RulePage.change)
    router.on(.get, Paths.adminCategories, access: .staff(.manageCategories), handler: CategoryPages.list)
    router.on(.post, Paths.adminCategories, access: .staff(.manageCategories), handler: CategoryPages.submit)
    router.on(.get, Paths.adminConfiguration, access: .staff(.manageCategories), handler: ConfigurationPage.show)
    router.on(.post, Paths.adminConfiguration, access: .staff(.manageCategories), handler: ConfigurationPage.submit)
    router.on(
      .get, Paths.adminConfigurationFile, access: .staff(.manageCategories), handler: ConfigurationPage.download)
    router.on(.get, Paths.adminNewCategory, access: .staff(.manageCategories), handler: CategoryPage.blank)
    router.on(.post, Paths.adminNewCategory, access: .staff(.manageCategories), handler: CategoryPage.add)
    router.on(.get, Paths.adminCategory, access: .staff(.manageCategories), handler: CategoryPage.show)
    router.on(.post, Paths.adminCategory, access: .staff(.manageCategories), handler: CategoryPage.submit)
    router.on(.get, Paths.deadlineSettingsPage, access: .staff(.manageCategories), handler: DeadlineSettingsPage.show)
    router.on(
      .post, Paths.deadlineSettingsPage, access: .staff(.manageCategories), handler: DeadlineSettingsPage.submit)
    router.on(.get, Paths.calendarPages, access: .staff(.manageCategories), handler: CalendarPages.list)
    router.on(.get, Paths.newCalendarPage, access: .staff(.manageCategories), handler: CalendarPages.new)
    router.on(.post, Paths.newCalendarPage, access: .staff(.manageCategories), handler: CalendarPages.add)
    router.on(.get, Paths.calendarPage, access: .staff(.manageCategories), handler: CalendarPages.show)
    router.on(.post, Paths.calendarPage, access: .staff(.manageCategories), handler: CalendarPages.submit)

    // Pages: the operator of the installation
    router.on(.get, Paths.townships, access: .staff(.manageTenants), handler: TownshipsPage.show)
    router.on(.get, Paths.newTownship, access: .staff(.manageTenants), handler: NewTownshipPage.show)
    router.on(.post, Paths.newTownship, access: .staff(.manageTenants), handler: NewTownshipPage.submit)
    router.on(.get, Paths.township, access: .staff(.manageTenants), handler: TownshipPage.show)
    router.on(.post, Paths.township, access: .staff(.manageTenants), handler: TownshipPage.submit)
  }
}
