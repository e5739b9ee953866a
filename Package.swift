// swift-tools-version: 6.0
import PackageDescription

// Targets stand in the order of the storeys (docs/ARCHITECTURE.md): a target depends only on those above it here.
// No Swift package is fetched: every C library comes from Debian, named in deploy.sh.

let package = Package(
  name: "Lamppost",
  products: [
    .executable(name: "lamppost", targets: ["LamppostCommand"]),
    .executable(name: "lamppost-intake", targets: ["IntakeCommand"]),
  ],
  targets: [
    // Ground: C libraries.
    .systemLibrary(name: "CEpoll"),
    .systemLibrary(name: "CPostgreSQL"),
    .systemLibrary(name: "CHiredis"),
    .systemLibrary(name: "CMicroHTTPD"),
    .systemLibrary(name: "CArgon2"),
    .systemLibrary(name: "CJWT"),
    .systemLibrary(name: "COpenSSL"),
    .systemLibrary(name: "CZlib"),
    .systemLibrary(name: "CUnixSocket"),
    .systemLibrary(name: "CQREncode"),
    .systemLibrary(name: "CCurl"),
    // For the intake alone, which reads strangers' files:
    .systemLibrary(name: "CSandbox"),
    .systemLibrary(name: "CClamAV"),
    // Its headers need glib's, whose folders are named here: through pkg-config SwiftPM warns on every build. Each of the
    // two architectures finds its own folder and ignores the other.
    .target(
      name: "CVips",
      cSettings: [
        .unsafeFlags([
          "-I/usr/include/glib-2.0", "-I/usr/lib/x86_64-linux-gnu/glib-2.0/include",
          "-I/usr/lib/aarch64-linux-gnu/glib-2.0/include",
        ])
      ],
      linkerSettings: [.linkedLibrary("vips"), .linkedLibrary("gobject-2.0"), .linkedLibrary("glib-2.0")]),
    .systemLibrary(name: "CMagic"),
    .systemLibrary(name: "CQPDF"),

    // First storey: libraries that know nothing of civic requests.
    .target(name: "EventLoop", dependencies: ["CEpoll"]),
    .target(name: "JSON"),
    .target(name: "Compression", dependencies: ["CZlib"]),
    .target(name: "PostgreSQL", dependencies: ["EventLoop", "CPostgreSQL"]),
    .target(name: "Redis", dependencies: ["EventLoop", "CHiredis"]),
    .target(name: "HTTPServer", dependencies: ["EventLoop", "CMicroHTTPD"]),
    .target(name: "HTML"),
    .target(name: "TimeZones"),
    .target(name: "Localization", dependencies: ["TimeZones"]),
    .target(name: "QRCode", dependencies: ["CQREncode"]),
    .target(name: "Credentials", dependencies: ["EventLoop", "CArgon2", "CJWT", "COpenSSL"]),
    .target(name: "Outbound", dependencies: ["EventLoop", "CCurl"]),
    .target(name: "Intake", dependencies: ["EventLoop", "JSON", "CUnixSocket"]),

    // Second storey: the domain as plain values.
    .target(name: "Civic", dependencies: ["TimeZones"]),

    // Third storey: the application.
    .target(
      name: "Lamppost",
      dependencies: [
        "EventLoop", "JSON", "PostgreSQL", "Redis", "HTTPServer", "HTML", "TimeZones", "Localization", "QRCode",
        "Credentials", "Intake",
        "Civic",
        "Compression", "Outbound",
      ]),
    .executableTarget(name: "LamppostCommand", dependencies: ["Lamppost"], path: "Sources/lamppost"),
    .executableTarget(
      name: "IntakeCommand",
      dependencies: ["Intake", "CSandbox", "CClamAV", "CVips", "CMagic", "CQPDF"],
      path: "Sources/lamppost-intake"),

    .testTarget(name: "EventLoopTests", dependencies: ["EventLoop"]),
    .testTarget(name: "JSONTests", dependencies: ["JSON"]),
    .testTarget(name: "CompressionTests", dependencies: ["Compression"]),
    .testTarget(name: "PostgreSQLTests", dependencies: ["PostgreSQL"]),
    .testTarget(name: "RedisTests", dependencies: ["Redis"]),
    .testTarget(name: "HTTPServerTests", dependencies: ["EventLoop", "HTTPServer"]),
    .testTarget(name: "HTMLTests", dependencies: ["HTML"]),
    .testTarget(name: "LocalizationTests", dependencies: ["Localization", "TimeZones"]),
    .testTarget(name: "QRCodeTests", dependencies: ["QRCode"]),
    .testTarget(name: "CredentialsTests", dependencies: ["Credentials"]),
    // A mail server for tests.
    .target(name: "MailSink", path: "Tests/MailSink"),
    .testTarget(name: "OutboundTests", dependencies: ["Outbound", "MailSink"]),
    .testTarget(name: "IntakeTests", dependencies: ["Intake", "IntakeCommand"], exclude: ["Fixtures"]),
    .testTarget(name: "TimeZonesTests", dependencies: ["TimeZones"]),
    .testTarget(name: "CivicTests", dependencies: ["Civic", "TimeZones"]),
    .testTarget(
      name: "LamppostTests", dependencies: ["Lamppost", "QRCode", "TimeZones", "IntakeCommand", "Outbound", "MailSink"]),
  ],
  swiftLanguageModes: [.v6]
)
