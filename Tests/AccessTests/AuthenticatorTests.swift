import Access
import FHIR
import Foundation
import JSON
import Testing
import Vault

/// A folder with secret files, a vault over it, and a few clients.
final class AuthenticatorTests {
    let folder = URL(filePath: NSTemporaryDirectory()).appending(path: "access-\(UUID().uuidString)")
    let files = CountingFiles()
    let config: VaultConfig
    let secrets: SecretResolver
    let clients: [LogicalID: ClientResource]

    static let clients = [
        ("basic", "basic-secret", ""), ("old", "basic-secret", #", "active": false"#), ("open", "open-secret", ""),
        ("stranger", "basic-secret", ""), ("lost", "missing-secret", ""), ("hollow", "empty-secret", ""),
        ("typo", "no-such-secret", ""), ("locked", "locked-secret", ""),
    ]

    init() throws {
        let folder = folder
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let values = [
            "basic-secret": "super-secret-value", "root-secret": "root:value", "open-secret": "open",
            "empty-secret": "", "locked-secret": "locked",
        ]
        for (name, value) in values {
            try Data((value + "\n").utf8).write(to: folder.appending(path: name))
        }
        func secret(_ name: String, _ scopes: SecretScope...) -> VaultConfig.Secret {
            VaultConfig.Secret(name: SecretName(name), path: folder.appending(path: name).path, scopes: scopes)
        }
        let config = VaultConfig(
            secrets: [
                secret(
                    "basic-secret", SecretScope(resourceType: "Client", id: "basic", field: "secret"),
                    SecretScope(resourceType: "Client", id: "old"), SecretScope(resourceType: "Client", id: "grantless")
                ),
                secret("root-secret", SecretScope(resourceType: "Client", id: "root")),
                secret("open-secret", SecretScope(resourceType: "Client")),
                secret("missing-secret", SecretScope(resourceType: "Client")),
                secret("empty-secret", SecretScope(resourceType: "Client")),
                secret("locked-secret", SecretScope(resourceType: "Client")),
            ], folder: folder.path)
        secrets = SecretResolver(config: config, files: files) { _ in }
        self.config = config

        var clients = Self.clients.map { id, secret, more in
            #"""
            {"resourceType": "Client", "id": "\#(id)", "grant_types": ["code", "basic"]\#(more),
             "_secret": {"extension": [
              {"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "masked"},
              {"url": "http://health-samurai.io/fhir/secret-reference", "valueString": "\#(secret)"}]}}
            """#
        }
        clients.append(
            clients[0].replacing(#""basic"]"#, with: #""Basic"]"#).replacing(
                #""id": "basic""#, with: #""id": "grantless""#))
        clients.append(#"{"resourceType": "Client", "id": "bare", "grant_types": ["basic"]}"#)
        self.clients = try Dictionary(
            uniqueKeysWithValues: clients.map { text in
                let object = try #require(try JSONValue.parse(Array(text.utf8).span, maximumDepth: 10).object)
                let client = try ClientResource(Resource(object))
                return (client.id, client)
            })
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func authenticator(rootSecret: String? = nil) -> Authenticator {
        let clients = clients
        return Authenticator(secrets: secrets, rootSecret: rootSecret.map { SecretName($0) }) {
            clients[$0].map { ClientAccount($0) }
        }
    }

    func principal(_ user: String, _ password: String, rootSecret: String? = nil) async throws(Denial) -> Principal {
        let value = Array("Basic \(Data("\(user):\(password)".utf8).base64EncodedString())".utf8)
        return try await authenticator(rootSecret: rootSecret).login(authorization: value.span).principal
    }

    func atOnce(_ user: String, _ password: String) throws(Denial) -> Principal? {
        let value = Array("Basic \(Data("\(user):\(password)".utf8).base64EncodedString())".utf8)
        return try authenticator().loginAtOnce(authorization: value.span)?.principal
    }

    func denial(_ user: String, _ password: String, rootSecret: String? = nil) async throws -> Denial {
        try await #require(throws: Denial.self) { try await self.principal(user, password, rootSecret: rootSecret) }
    }

    @Test func aClientIsKnownByTheValueInTheFile() async throws {
        #expect(try await principal("basic", "super-secret-value") == .client(#require(LogicalID("basic"))))
        #expect(try await principal("open", "open") == .client(#require(LogicalID("open"))))
    }

    @Test func aLoginThatNeedsNoWaitingIsSettledAtOnce() throws {
        #expect(try atOnce("basic", "super-secret-value") == .client(#require(LogicalID("basic"))))
        #expect(files.take().contains("look"))
        let denial = try #require(throws: Denial.self) { try atOnce("basic", "wrong") }
        #expect(denial.reason == .wrongPassword)
    }

    @Test func aLoginThatHasToWaitIsLeftToTheOneThatCan() async throws {
        // The first look at a missing file may have met a swap.
        #expect(try atOnce("lost", "x") == nil)
        #expect(try await denial("lost", "x").reason == .fileMissing)
        let known = try #require(throws: Denial.self) { try atOnce("lost", "x") }
        #expect(known.reason == .fileMissing)
    }

    @Test func aChangedFileCountsFromTheNextRequest() async throws {
        _ = try await principal("basic", "super-secret-value")
        try Data("new-secret-value".utf8).write(to: folder.appending(path: "basic-secret"), options: .atomic)
        #expect(try await denial("basic", "super-secret-value").reason == .wrongPassword)
        _ = try await principal("basic", "new-secret-value")
    }

    static let denials: [(String, String, DenialReason, String?)] = [
        ("nobody", "super-secret-value", .unknownClient, nil),
        ("Basic", "super-secret-value", .unknownClient, nil),
        ("no id", "super-secret-value", .unknownClient, nil),
        ("", "super-secret-value", .unknownClient, nil),
        ("old", "super-secret-value", .inactiveClient, nil),
        ("grantless", "super-secret-value", .noBasicGrant, nil),
        ("bare", "", .noSecretReference, nil),
        ("basic", "sesame", .wrongPassword, "basic-secret"),
        ("basic", "super-secret-value ", .wrongPassword, "basic-secret"),
        ("basic", "", .wrongPassword, "basic-secret"),
        ("stranger", "super-secret-value", .outOfScope, "basic-secret"),
        ("lost", "x", .fileMissing, "missing-secret"),
        ("hollow", "", .empty, "empty-secret"),
        ("typo", "x", .unknownSecret, "no-such-secret"),
        ("locked", "x", .fileUnreadable, "locked-secret"),
    ]

    @Test(arguments: denials)
    func everyOtherCaseIsDeniedWithItsReason(
        user: String, password: String, reason: DenialReason, secret: String?
    ) async throws {
        let denial = try await denial(user, password)
        #expect(denial.reason == reason)
        #expect(denial.client == LogicalID(user))
        #expect(denial.secret?.text == secret)
        #expect(denial.detail.description.contains("; ") || reason == .wrongPassword)
        #expect(password.isEmpty || password == "x" || !"\(denial)".contains(password))
    }

    @Test(arguments: denials)
    func everyDenialIsOneLookAtAFile(
        user: String, password: String, reason: DenialReason, secret: String?
    ) async throws {
        for _ in 0..<2 { _ = try await denial(user, password) }
        _ = files.take()
        _ = try await denial(user, password)
        #expect(files.take() == ["look"])
        #expect(throws: Denial.self, "nobody's is begun twice") { try atOnce(user, password) }
        #expect(files.take() == ["look"])
        _ = try await denial("basic", "wrong")
        _ = files.take()
        _ = try await principal("basic", "super-secret-value")
        #expect(files.take() == ["look"])
    }

    /// Where one secret has a value before, every denial looks for one: else it would tell by its time who has.
    @Test(arguments: denials)
    func besideAnOverlapEveryDenialIsThreeLooks(
        user: String, password: String, reason: DenialReason, secret: String?
    ) async throws {
        for holder in ["basic-secret", "open-secret"] {
            secrets.adopt(
                VaultConfig(
                    secrets: config.secrets.map { secret in
                        let previous = VaultConfig.Secret.Previous(
                            path: folder.appending(path: "root-secret").path, overlap: .seconds(60))
                        return VaultConfig.Secret(
                            name: secret.name, path: secret.path,
                            previous: secret.name.text == holder ? previous : nil, scopes: secret.scopes)
                    }, folder: folder.path))
            for _ in 0..<2 { _ = try await denial(user, password) }
            _ = try await principal("basic", "super-secret-value")
            _ = files.take()
            _ = try await denial(user, password)
            #expect(files.take() == ["look", "look", "look"])
            #expect(throws: Denial.self, "nobody's is begun twice") { try atOnce(user, password) }
            #expect(files.take() == ["look", "look", "look"])
            _ = try await principal("basic", "super-secret-value")
            #expect(files.take() == ["look"], "a right password costs what it always does")
        }
    }

    @Test func thePreviousValueIsAUseOfItsOwnAndAReasonOfItsOwnWhenItsTimeIsOver() async throws {
        func adopt(overlap: Duration) {
            let previous = VaultConfig.Secret.Previous(
                path: folder.appending(path: "open-secret").path, overlap: overlap)
            secrets.adopt(
                VaultConfig(
                    secrets: [
                        .init(
                            name: SecretName("basic-secret"), path: folder.appending(path: "basic-secret").path,
                            previous: previous, scopes: [SecretScope(resourceType: "Client")])
                    ], folder: folder.path))
        }
        let id = try #require(LogicalID("basic"))
        let value = Array("Basic \(Data("basic:open".utf8).base64EncodedString())".utf8)
        adopt(overlap: .seconds(3_600))
        let login = try await authenticator().login(authorization: value.span)
        #expect(login.principal == .client(id))
        #expect(login.use == SecretUse(client: id, secret: SecretName("basic-secret"), value: .previous))
        // The counting disk's clock is a minute late, so the file is as old as that.
        adopt(overlap: .seconds(59))
        let denial = try await denial("basic", "open")
        #expect(denial.reason == .expiredPassword && denial.secret?.text == "basic-secret")
        #expect(denial.detail.description.contains("use the value in force"))
    }

    @Test func rootIsWhoKnowsTheRootSecret() async throws {
        #expect(try await principal("root", "root:value", rootSecret: "root-secret") == .root)
        let wrong = try await denial("root", "open", rootSecret: "root-secret")
        #expect(wrong.reason == .wrongPassword && wrong.client == LogicalID("root"))
        // A root secret that no scope gives to Client/root, or that is not there, opens nothing.
        #expect(try await denial("root", "super-secret-value", rootSecret: "basic-secret").reason == .outOfScope)
        #expect(try await denial("root", "x", rootSecret: "missing-secret").reason == .fileMissing)
        #expect(try await denial("root", "x", rootSecret: "no-such-secret").reason == .unknownSecret)
        #expect(try await denial("Root", "root:value", rootSecret: "root-secret").reason == .unknownClient)
    }

    @Test func withoutARootSecretRootIsNobody() async throws {
        #expect(try await denial("root", "root:value").reason == .unknownClient)
        #expect(try await denial("root", "open").reason == .unknownClient)
    }

    @Test(arguments: [
        ("Bearer abc", DenialReason.unsupportedScheme), ("", .unsupportedScheme), ("Basic", .malformedCredentials),
        ("Basic !", .malformedCredentials), ("Basic YTpi, Basic YTpi", .malformedCredentials),
    ]) func whatNamesNobodyIsDeniedWithoutALook(value: String, reason: DenialReason) async throws {
        let denial = try await #require(throws: Denial.self) {
            try await self.authenticator().login(authorization: Array(value.utf8).span)
        }
        #expect(denial.reason == reason && denial.client == nil)
        #expect(files.take() == [])
    }

    @Test func theTutorialAdmitsThisMachineOnlyWhileThereIsNoRootSecret() throws {
        let here = TutorialRequest(peerIsLoopback: true, host: "localhost:8080", origin: nil)
        let away = TutorialRequest(peerIsLoopback: true, host: "evil.example", origin: nil)
        #expect(try authenticator().login(withoutCredentials: here).principal == .tutorial)
        let denials = [
            #expect(throws: Denial.self) { try authenticator().login(withoutCredentials: away) },
            #expect(throws: Denial.self) {
                try authenticator(rootSecret: "root-secret").login(withoutCredentials: here)
            },
        ]
        #expect(denials.allSatisfy { $0?.reason == .noCredentials })
    }
}
