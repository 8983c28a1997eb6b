// swift-tools-version: 6.2
import PackageDescription

/// The rules every room is compiled under: what crosses a room's door is `package`, every import is written where it is
/// used, every unsafe expression says so, and a warning is an error.
let house: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

let log = Target.Dependency.product(name: "Logging", package: "swift-log")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

func room(_ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource] = []) -> Target {
    .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: house)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: house)
}

let package = Package(
    name: "keyward",
    products: [.executable(name: "keyward", targets: ["keyward"])],
    // Exactly, so that a commit is the same program tomorrow, and the one that docs/sbom describes.
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser.git", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log.git", exact: "1.16.2"),
    ],
    targets: [
        // Doors to the system's libraries.
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CTLS", pkgConfig: "libssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CLinux"),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

        // The rooms, from the ground up: arrows only point up this list.
        room("JSON"),
        room("Transport", ["CLinux", "CTLS"]),
        room("Telemetry", [log]),
        room("FHIR", ["JSON"], resources: [.embedInCode("Resources/r4-resource-types.txt")]),
        room("Vault", ["JSON", "COpenSSL"]),
        room("HTTP", ["Transport", "CZlib"]),
        room("Storage", ["FHIR", "JSON", "CZlib"]),
        room("Access", ["FHIR", "Vault"]),
        room(
            "Server",
            ["Transport", "HTTP", "JSON", "FHIR", "Vault", "Storage", "Access", "Telemetry", log]),
        .executableTarget(
            name: "keyward",
            dependencies: ["CLinux", "Server", "Vault", "Storage", "HTTP", "Telemetry", "JSON", log, arguments],
            resources: [.embedInCode("Resources/version.txt")],
            swiftSettings: house),

        // Not a product: what holds for every input of a reader; the tests and the fuzzer hold it to theirs.
        .target(
            name: "Invariants", dependencies: ["Access", "FHIR", "HTTP", "JSON", "Transport", "Vault"],
            path: "Fuzz/Invariants", swiftSettings: house),

        // Not a product: what a look at a secret costs (`make bench-vault`).
        .executableTarget(
            name: "vault-bench", dependencies: ["Vault"], path: "Benchmarks/Vault", swiftSettings: house),

        // Not a product: what the JSON file store costs (`make bench-store`).
        .executableTarget(
            name: "store-bench", dependencies: ["Storage", "FHIR", "JSON"], path: "Benchmarks/Store",
            swiftSettings: house),

        // Malformed and smuggling requests, for the decoder's tests and for those of the whole program.
        .target(name: "WireCases", path: "Tests/WireCases", swiftSettings: house),
        // What a client says and must be told, for the router's tests and for those of the whole program.
        .target(name: "Conversation", path: "Tests/Conversation", swiftSettings: house),
        // A client of TLS for tests, and an authority that makes their certificates.
        .target(name: "TLSClient", dependencies: ["CTLS"], path: "Tests/TLSClient", swiftSettings: house),

        tests("JSONTests", ["JSON"]),
        tests("TransportTests", ["Transport", "TLSClient"]),
        tests("TelemetryTests", ["Telemetry", log]),
        tests("FHIRTests", ["FHIR", "JSON"]),
        tests("VaultTests", ["Vault"]),
        tests("HTTPTests", ["HTTP", "Transport", "WireCases", "TLSClient"]),
        tests("StorageTests", ["Storage", "FHIR", "JSON"]),
        tests("AccessTests", ["Access", "FHIR", "Vault", "JSON"]),
        tests(
            "ServerTests",
            [
                "Server", "Transport", "HTTP", "FHIR", "JSON", "Vault", "Storage", "Access", "Telemetry", log,
                "TLSClient", "Conversation",
            ]),
        tests("InvariantsTests", ["Invariants"]),
        tests("keywardTests", ["keyward"]),
        tests("IntegrationTests", ["keyward", "JSON", "WireCases", "TLSClient", "Conversation"]),
        tests("StyleTests", ["WireCases"]),
    ]
)

// What `make fuzz` runs. Only libFuzzer gives it a main function, so no other build may see it.
if Context.environment["KEYWARD_FUZZ"] != nil {
    package.targets.append(
        .executableTarget(name: "fuzz", dependencies: ["Invariants"], path: "Fuzz/Target", swiftSettings: house))
}
