import Credentials
import EventLoop
import FoundationEssentials

/// `lamppost demo`: loads the township Lampworth, which exists nowhere else. Variables: `DATABASE_ADMIN_URL`,
/// `LAMPPOST_UPLOADS`.
enum DemoCommand {
  static func run(_ variables: [String: String]) async throws {
    var environment = EnvironmentReader(variables)
    let admin = environment.required("DATABASE_ADMIN_URL", "the database, as its owner")
    let uploads = UploadConfiguration(&environment)
    try environment.finish()
    try FileStore.prepare(root: uploads.root)
    let pool = BlockingPool(name: "files", threads: 2)
    try await Migrate.withDatabase(admin) { database in
      let load = LoadDemo(database: database, passwords: PasswordHasher(pool: pool), now: .now)
      let (tenant, isNew) = try await load()
      let photos = try await DemoPhotos(
        database: database.tenant(tenant), quarantine: Quarantine(uploads, pool: pool), pool: pool)()
      guard isNew || photos > 0 else { return print("The township \(DemoTownship.name) is there already.") }
      print(
        """
        The township \(DemoTownship.name) is there: \(isNew ? "\(DemoRequests.count) requests, " : "")\
        \(photos) photos for the worker to scan.
        Sign in as administrator@demo.test (or citizen, viewer, agent, crew, manager, operator) \
        with the password \(DemoTownship.password).
        """)
    }
  }
}
