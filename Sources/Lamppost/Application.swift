import Civic
import Credentials
import EventLoop
import FoundationEssentials
import HTTPServer
import PostgreSQL
import Redis

/// What exists once per process, passed in, never global. A class, since every call carries it along: a copy of the struct
/// cost 60 reference counts each time.
final class Application: Sendable {
  let database: Database
  let redis: Redis
  let tenants: TenantDirectory
  let quarantine: Quarantine
  let store: FileStore
  let limiter: RateLimiter
  let sessions: SessionStore
  let tokens: Tokens
  let authentication: Authentication
  let metrics: Metrics
  let monitoringToken: String?
  let secret: Secret
  let cursors: CursorSealer
  let log: Log
  let description: APIDescription
  let assets: Assets
  let live: LiveHub
  let presence: Presence
  let map: MapConfiguration
  let readStatistics: ReadStatistics
  let readCompliance: ReadCompliance
  let keepCalendars: KeepCalendars
  let deadlineSettings: KeepDeadlineSettings

  let signIn: SignIn
  let registerPerson: RegisterPerson
  let changeAccount: ChangeAccount
  let resetPassword: ResetPassword
  let changeAddress: ChangeAddress
  let secondFactors: SecondFactors
  let changeSecondFactor: ChangeSecondFactor
  let restoreAccess: RestoreAccess
  let signedInPlaces: SignedInPlaces
  let changeSettings: ChangeSettings
  let changeBranding: ChangeBranding
  let keepLogos: KeepLogos
  let listAudit: ListAudit
  let changeCategory: ChangeCategory
  let importConfiguration: ImportConfiguration
  let changeWorkflow: ChangeWorkflow
  let operateTownships: OperateTownships
  let listSupported: ListSupported
  let deleteAccount: DeleteAccount
  let exportAccount: ExportAccount
  let listCategories: ListCategories
  let listAreas: ListAreas
  let findPlaces: FindPlaces
  let checkReport: CheckReport
  let similarRequests: SimilarRequests
  let supportRequest: SupportRequest
  let submitRequest: SubmitRequest
  let findRequest: FindRequest
  let readContact: ReadContact
  let editRequest: EditRequest
  let withdrawRequest: WithdrawRequest
  let listHistory: ListHistory
  let trackRequest: TrackRequest
  let readRequestView: ReadRequestView
  let listRequests: ListRequests
  let mapView: MapView
  let baseMap: BaseMap
  let vectorTile: VectorTile
  let publicFigures: PublicFigures
  let assignRequest: AssignRequest
  let bulkChange: BulkChange
  let savedViews: SavedViews
  let readTriage: ReadTriage
  let changeStatus: ChangeStatus
  let mergeRequests: MergeRequests
  let undoMerge: UndoMerge
  let previewMerge: PreviewMerge
  let listDuplicates: ListDuplicates
  let confirmResolution: ConfirmResolution
  let listComments: ListComments
  let addComment: AddComment
  let findAttachment: FindAttachment
  let addAttachment: AddAttachment
  /// Whether somebody who leaves an address can be written to.
  let sendsMail: Bool
  let followRequest: FollowRequest
  let listFollowed: ListFollowed
  let answerFollowMail: AnswerFollowMail
  let lostLink: LostLink
  let listStaff: ListStaff
  let listPeople: ListPeople
  let changePerson: ChangePerson
  let departments: Departments
  let invitations: Invitations
  let acceptInvitation: AcceptInvitation
  let readStaffRequest: ReadStaffRequest
  let undoChange: UndoChange
  let replyTemplates: ReplyTemplates
  let keepAreas: KeepAreas
  let importLayer: ImportLayer
  let routingRules: RoutingRules
  let tryRule: TryRule
  let readRuleChoices: ReadRuleChoices
  let listMentions: ListMentions
  let reportAbuse: ReportAbuse
  let listAbuse: ListAbuse
  let moderate: Moderate
  let redactWords: RedactWords
  let redactPhoto: RedactPhoto
  let destroySealed: DestroySealed
  let retention: Retention
  let dataRequests: DataRequests

  init(_ configuration: ServeConfiguration, database: Database, redis: Redis, log: Log) throws {
    self.database = database
    self.redis = redis
    self.log = log
    assets = try Assets(folder: configuration.publicFolder)
    map = configuration.map
    description = APIDescription(
      Router<Access, Context>.lamppost().routes, uploads: configuration.uploads, style: assets.link("api.css"))
    tenants = TenantDirectory(database: database)
    monitoringToken = configuration.listen.monitoringToken
    metrics = Metrics()
    quarantine = Quarantine(configuration.uploads, pool: BlockingPool(name: "files", threads: 2, waitingLimit: 256))
    store = FileStore(root: configuration.uploads.root)

    secret = configuration.secret
    cursors = CursorSealer(secret: secret)
    // One thread: a flood of sign-ins may use half of two cores, never both. More than 32 wait for nothing.
    let passwords = PasswordHasher(pool: BlockingPool(name: "passwords", threads: 1, waitingLimit: 32))
    let signer = TokenSigner(key: secret.derive(label: "access token"), issuer: "lamppost")
    limiter = RateLimiter(redis: redis, secret: secret, limits: configuration.listen)
    sessions = SessionStore(redis: redis, secret: secret)
    tokens = Tokens(database: database, signer: signer)
    authentication = Authentication(database: database, sessions: sessions, signer: signer)

    secondFactors = SecondFactors(database: database, limiter: limiter, secret: secret)
    signIn = SignIn(database: database, passwords: passwords, limiter: limiter, factors: secondFactors)
    changeSecondFactor = ChangeSecondFactor(database: database, factors: secondFactors, signIn: signIn)
    registerPerson = RegisterPerson(database: database, passwords: passwords)
    restoreAccess = RestoreAccess(database: database, sessions: sessions)
    signedInPlaces = SignedInPlaces(database: database, sessions: sessions, tokens: tokens)
    changeAccount = ChangeAccount(database: database, passwords: passwords, signIn: signIn, sessions: sessions)
    resetPassword = ResetPassword(database: database, passwords: passwords, sessions: sessions)
    changeAddress = ChangeAddress(database: database, signIn: signIn)
    changeSettings = ChangeSettings(database: database, tenants: tenants)
    changeBranding = ChangeBranding(database: database, tenants: tenants)
    keepLogos = KeepLogos(database: database, quarantine: quarantine)
    listAudit = ListAudit(database: database, cursors: cursors)
    changeCategory = ChangeCategory(database: database)
    importConfiguration = ImportConfiguration(database: database, tenants: tenants)
    changeWorkflow = ChangeWorkflow(database: database, tenants: tenants)
    operateTownships = OperateTownships(database: database, tenants: tenants, sendsMail: configuration.sendsMail)
    listSupported = ListSupported(database: database)
    deleteAccount = DeleteAccount(database: database, signIn: signIn, sessions: sessions)
    exportAccount = ExportAccount(database: database, sessions: sessions)
    listCategories = ListCategories(database: database)
    listAreas = ListAreas(database: database)
    findPlaces = FindPlaces(database: database)
    checkReport = CheckReport(database: database)
    similarRequests = SimilarRequests(database: database)
    supportRequest = SupportRequest(database: database, secret: secret)
    let ruleBook = RuleBook()
    submitRequest = SubmitRequest(database: database, secret: secret, ruleBook: ruleBook)
    findRequest = FindRequest(database: database)
    readContact = ReadContact(database: database)
    editRequest = EditRequest(database: database, ruleBook: ruleBook)
    withdrawRequest = WithdrawRequest(database: database)
    live = LiveHub(
      database: database, redis: redis, redisDatabase: configuration.redisDatabase, secret: secret, log: log)
    readStatistics = ReadStatistics(database: database, redis: redis)
    readCompliance = ReadCompliance(database: database)
    keepCalendars = KeepCalendars(database: database)
    deadlineSettings = KeepDeadlineSettings(database: database)
    presence = Presence(redis: redis, findRequest: findRequest, hub: live)
    listHistory = ListHistory(database: database, findRequest: findRequest)
    listComments = ListComments(database: database, findRequest: findRequest)
    trackRequest = TrackRequest(database: database, listHistory: listHistory, listComments: listComments)
    readRequestView = ReadRequestView(database: database)
    listRequests = ListRequests(database: database, cursors: cursors)
    mapView = MapView(database: database)
    baseMap = BaseMap(database: database)
    vectorTile = VectorTile(database: database)
    publicFigures = PublicFigures(database: database)
    assignRequest = AssignRequest(database: database)
    bulkChange = BulkChange(database: database, secret: secret, ruleBook: ruleBook)
    savedViews = SavedViews(database: database)
    readTriage = ReadTriage(database: database)
    addAttachment = AddAttachment(database: database, maximumFiles: configuration.uploads.maximumFiles)
    mergeRequests = MergeRequests(database: database, secret: secret)
    undoMerge = UndoMerge(database: database)
    previewMerge = PreviewMerge(database: database)
    listDuplicates = ListDuplicates(database: database, findRequest: findRequest)
    changeStatus = ChangeStatus(database: database, addAttachment: addAttachment)
    confirmResolution = ConfirmResolution(database: database)
    addComment = AddComment(database: database)
    findAttachment = FindAttachment(database: database)
    sendsMail = configuration.sendsMail
    followRequest = FollowRequest(database: database)
    listFollowed = ListFollowed(database: database)
    answerFollowMail = AnswerFollowMail(database: database)
    lostLink = LostLink(database: database)
    listStaff = ListStaff(database: database)
    listPeople = ListPeople(database: database)
    changePerson = ChangePerson(database: database)
    departments = Departments(database: database)
    invitations = Invitations(database: database, sendsMail: configuration.sendsMail)
    acceptInvitation = AcceptInvitation(database: database, passwords: passwords)
    undoChange = UndoChange(database: database)
    replyTemplates = ReplyTemplates(database: database)
    keepAreas = KeepAreas(database: database)
    importLayer = ImportLayer(database: database)
    routingRules = RoutingRules(database: database)
    tryRule = TryRule(database: database)
    readRuleChoices = ReadRuleChoices(database: database)
    listMentions = ListMentions(database: database)
    reportAbuse = ReportAbuse(database: database)
    listAbuse = ListAbuse(database: database, cursors: cursors)
    moderate = Moderate(database: database)
    redactWords = RedactWords(database: database)
    redactPhoto = RedactPhoto(database: database, store: store, quarantine: quarantine)
    destroySealed = DestroySealed(database: database)
    retention = Retention(database: database)
    dataRequests = DataRequests(database: database, sessions: sessions, secret: secret)
    readStaffRequest = ReadStaffRequest(
      database: database, findRequest: findRequest, listComments: listComments, listHistory: listHistory,
      listRequests: listRequests, similarRequests: similarRequests, readContact: readContact)
  }
}
