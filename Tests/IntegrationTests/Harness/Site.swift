import Foundation
import Glibc
import TLSClient

/// A machine with a vault config, a secret volume and a server: what the tutorial sets up.
final class Site {
    static let secret = "super-secret-value"

    let folder: TemporaryFolder
    let volume: SecretVolume
    private(set) var server: KeywardProcess
    private(set) var http: HTTPClient
    private let arguments: [String]
    private let environment: [String: String]
    private let program: [String]?
    private let space: MountSpace?
    private let tls: TLSClient.Options?

    /// - Parameters:
    ///   - secrets: the volume's files.
    ///   - config: the vault config's members of `secret` in JSON, where `VOLUME` stands for the volume's path.
    ///   - tls: how its client speaks, where the flags turn TLS on.
    ///   - space: the mounts that it sees.
    ///   - arguments: flags beside vault config, store, port and log format.
    init(
        secrets: [String: String] = ["client-secret": Site.secret], config: String = Site.tutorialSecret,
        arguments: [String] = [], environment: [String: String] = [:], program: [String]? = nil,
        in space: MountSpace? = nil, tls: TLSClient.Options? = nil
    ) throws {
        self.tls = tls
        self.space = space
        folder = try TemporaryFolder()
        volume = try SecretVolume(at: folder.at("azure-secrets"), secrets)
        try folder.write(Self.config(config, folder, volume), to: "vault-config.json")
        self.arguments =
            ["--vault-config", folder.at("vault-config.json")]
            + (arguments.contains("--store") ? [] : ["--store", folder.at("data")]) + arguments
        self.environment = environment
        self.program = try program ?? space?.program([KeywardBinary.path()])
        server = try KeywardProcess(self.arguments, environment: environment, program: self.program)
        http = HTTPClient(port: server.port, tls: tls)
    }

    private static func config(_ members: String, _ folder: TemporaryFolder, _ volume: SecretVolume) -> String {
        let members = members.replacingOccurrences(of: "VOLUME", with: volume.path)
        return #"{"roots": ["\#(folder.path)"], "secret": {\#(members)}}"#
    }

    /// Renames another vault config over the one there is, given by its members of `secret`.
    func swapConfig(_ members: String) throws {
        try swapConfigText(Self.config(members, folder, volume))
    }

    func swapConfigText(_ text: String) throws {
        let new = try folder.write(text, to: "vault-config.new")
        guard unsafe rename(new, folder.at("vault-config.json")) == 0 else { throw HarnessFault("rename: \(errno)") }
    }

    static let tutorialSecret =
        #""client-secret": {"path": "VOLUME/client-secret", "scope": {"resource_type": "Client", "id": "basic"}}"#

    static let rootSecret =
        #""root-secret": {"path": "VOLUME/root-secret", "scope": {"resource_type": "Client", "id": "root"}}"#

    /// With a root secret and `Client/basic` in place.
    static func withRoot(arguments: [String] = []) throws -> Site {
        let site = try Site(
            secrets: ["client-secret": secret, "root-secret": "root-value"], config: "\(tutorialSecret), \(rootSecret)",
            arguments: ["--root-secret", "root-secret"] + arguments)
        let answer = try site.http.put("/fhir/Client/basic", ClientBody.text(), root)
        guard answer.status == 201 else {
            throw HarnessFault("PUT Client/basic as root: \(answer.status) \(answer.text)")
        }
        return site
    }

    /// In tutorial mode, with `Client/basic` in place.
    static func withClient(
        arguments: [String] = [], in space: MountSpace? = nil, tls: TLSClient.Options? = nil
    ) throws -> Site {
        let site = try Site(arguments: arguments, in: space, tls: tls)
        try site.put(ClientBody.text())
        return site
    }

    static let root = HTTPClient.basic("root", "root-value")
    static let basic = HTTPClient.basic("basic", secret)

    /// Puts a Client that has to be taken.
    func put(_ client: String, id: String = "basic") throws {
        let answer = try http.put("/fhir/Client/\(id)", client)
        guard answer.status == 200 || answer.status == 201 else {
            throw HarnessFault("PUT Client/\(id): \(answer.status) \(answer.text)")
        }
    }

    /// The status of a search with these credentials.
    func status(_ user: String = "basic", _ password: String = Site.secret) throws -> Int {
        try http.get("/fhir/Patient", HTTPClient.basic(user, password)).status
    }

    /// Starts the server again on the same store; the one before must have ended.
    /// - Parameter flags: more of them, for this start.
    func start(adding flags: [String] = []) throws {
        server = try KeywardProcess(arguments + flags, environment: environment, program: program)
        http = HTTPClient(port: server.port, tls: tls)
    }

    /// A request of the good client that has to be answered.
    func mustServe() throws {
        let status = try status()
        guard status == 200 else { throw HarnessFault("the good client got \(status)") }
    }
}
