import Foundation
import HTTP
import Testing
import Transport

@testable import Server

/// The whole server without its sockets: routes and settings are those of ``KeywardServer``.
final class House {
    let scratch: Scratch
    let log = LogBook()
    private let server: KeywardServer

    var front: Front { server.front }
    var opsFront: Front { server.opsFront }

    static let rootPassword = "root-value"
    static let version = "1.2.3"

    /// The vault has `root` for Client/root, `basic` for Client/basic (and those that cannot log in anyway), and `gone`
    /// for every Client, whose file is missing.
    ///
    /// - Parameter hasRoot: with a root secret; without one it is the tutorial mode.
    init(hasRoot: Bool = false, _ adjust: (inout Settings) -> Void = { _ in }) throws {
        scratch = try Scratch()
        try scratch.write("\(Self.rootPassword)\n", to: "root-file")
        try scratch.write("basic-value\n", to: "basic-file")
        var settings = Settings()
        settings.vaultConfig = try scratch.write(
            """
            {"secret": {
              "root": {"path": "root-file", "scope": "Client/root"},
              "basic": {"path": "basic-file", "scope": ["Client/basic", "Client/grantless", "Client/inactive"]},
              "gone": {"path": "gone-file", "scope": "Client"},
              "empty": {"path": "empty-file", "scope": "Client"}}}
            """, to: "vault-config.json")
        try scratch.write("", to: "empty-file")
        settings.store = .memory
        settings.eventLoops = 1
        if hasRoot { settings.rootSecret = "root" }
        adjust(&settings)
        server = try KeywardServer(settings, version: Self.version, logger: log.logger())
    }

    func ask(
        _ method: Method, _ target: String, _ fields: [(FieldName, String)] = [], content: String = "",
        from peer: Address = .here, host: String = "localhost:8080"
    ) async -> Response {
        var all = [(FieldName.host, host)] + fields
        if method == .put || method == .post, !fields.contains(where: { $0.0.text == "Content-Type" }) {
            all.append((.contentType, "application/fhir+json"))
        }
        return await front.respond(to: Request(method, target, all, content: content, from: peer))
    }

    /// Puts a Client without credentials: for the tutorial mode.
    func put(_ id: String, secret: String?, _ more: String = #""grant_types":["basic"]"#) async throws {
        let response = await ask(.put, "/fhir/Client/\(id)", content: client(id, secret: secret, more))
        try #require([200, 201].contains(response.status.code), "\(response.text)")
    }
}
