import FHIR
import JSON
import Storage
import Testing
import Vault

@testable import Server

@Suite struct AidboxImportTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    /// - Parameter config: the vault config's members of `secret`.
    private func work(_ export: String, config: String? = nil) throws -> AidboxImport {
        let path = try config.map { try scratch.write(#"{"secret": {\#($0)}}"#, to: "vault-config.json") }
        return try AidboxImport(scratch.write(export, to: "export"), vaultConfig: path)
    }

    private func searchset(_ resources: String...) -> String {
        let entries = resources.map { #"{"resource":\#($0)}"# }.joined(separator: ",")
        return #"{"resourceType":"Bundle","type":"searchset","entry":[\#(entries)]}"#
    }

    private static func holder(_ id: String, secret: String) -> String {
        #"{"resourceType":"Client","id":"\#(id)","secret":\#(secret),"grant_types":["basic"]}"#
    }

    private static let basic = holder("basic", secret: #""@secret:file:/run/azure/client-secret""#)

    /// What a store has of them.
    private func stored(_ work: AidboxImport) async throws -> [String] {
        let store = ScriptedStore()
        return try await store.commit(work.changes).map { committed in
            String(decoding: try #require(committed.version?.body), as: UTF8.self)
        }
    }

    @Test func aStringThatNamesAFileBecomesAReferenceAndALineOfTheConfig() async throws {
        let work = try work(searchset(Self.basic, patient("p")))
        let stored = try await stored(work)
        let stamp = #""meta":{"versionId":"1","lastUpdated":"2023-11-14T22:13:20.123Z"},"#
        let expected = client("basic", secret: "client-secret", #""x":1"#).replacing(#""x":1,"#, with: stamp)
        #expect(stored.first == expected.dropLast() + #","grant_types":["basic"]}"#)
        #expect(stored.count == 2 && work.findings.isEmpty)
        #expect(work.notes == [#"Client/basic, secret: now a reference to the secret "client-secret""#])
        #expect(
            work.configLines == [
                #""client-secret": {"path":"/run/azure/client-secret","#
                    + #""scope":[{"resource_type":"Client","id":"basic","field":"secret"}]}"#
            ])
    }

    /// The config of the second shape, and of the third.
    @Test(arguments: [#"["Client/basic"]"#, #"{"resource_type": "Client", "id": "basic"}"#])
    func aConfigThatHasTheSecretNeedsNothing(scope: String) async throws {
        let config = #""its-name": {"path": "/run/azure/client-secret", "scope": \#(scope)}"#
        let byFile = try work(Self.basic, config: config)
        #expect(byFile.configLines.isEmpty && byFile.findings.isEmpty)
        #expect(try await stored(byFile).first?.contains(#""valueString":"its-name""#) == true)
        let byName = try work(client("basic", secret: "its-name"), config: config)
        #expect(byName.configLines.isEmpty && byName.findings.isEmpty && byName.notes.isEmpty)
        #expect(byName.changes.count == 1)
    }

    @Test func aReferenceOutOfScopeTellsTheWholeScopeThatIsNeeded() throws {
        let config = #""s": {"path": "/s", "scope": ["Client/basic"]}"#
        let work = try work(client("other", secret: "s"), config: config)
        #expect(work.changes.count == 1 && work.findings.isEmpty)
        #expect(
            work.configLines == [
                #""s", its scope: [{"resource_type":"Client","id":"basic"},"#
                    + #"{"resource_type":"Client","id":"other","field":"secret"}]"#
            ])
    }

    @Test func oneFileIsOneSecretAndTwoFilesOfOneNameAreTwo() throws {
        let other = Self.holder("other", secret: #""@secret:file:/run/azure/client-secret""#)
        let third = Self.holder("third", secret: #""@secret:file:/run/other/client-secret""#)
        let fourth = Self.holder("fourth", secret: #""@secret:file:/x/taken""#)
        let work = try work(
            searchset(Self.basic, other, third, fourth),
            config: #""taken": {"path": "/y/taken", "scope": "Client"}"#)
        #expect(
            work.configLines.map { $0.prefix { $0 != ":" } } == [
                #""client-secret""#, #""client-secret-2""#, #""taken-2""#,
            ])
        #expect(work.configLines.first?.contains(#""id":"basic""#) == true)
        #expect(work.configLines.first?.contains(#""id":"other""#) == true)
    }

    /// They may be two secrets: what a name means the config alone can tell.
    @Test func aNameThatIsReferredToIsNotGivenToAFile() throws {
        let work = try work(searchset(Self.basic, client("other", secret: "client-secret")))
        #expect(work.notes == [#"Client/basic, secret: now a reference to the secret "client-secret-2""#])
        #expect(
            work.configLines.map { $0.prefix(46) } == [
                #""client-secret-2": {"path":"/run/azure/client-"#, #""client-secret": {"path":"/run/secrets/client-"#,
            ])
        #expect(work.configLines.first?.contains("other") == false)
    }

    /// Whatever cannot be a path by Aidbox's rules is taken for the secret itself.
    @Test(arguments: [
        #""s3cret-value""#, #""@secret:file:s3cret-value""#, #""@secret:file:/run/../s3cret-value""#,
        #""@secret:file:/""#, #"["s3cret-value"]"#, "17", "null",
    ])
    func aLiteralIsAFindingWithItsLineAndIsNotImported(literal: String) throws {
        let work = try work(searchset(Self.holder("my.app", secret: literal), patient("p")))
        #expect(work.changes.map(\.key.text) == ["Patient/p"])
        #expect(work.findings.count == 1 && work.notes.isEmpty)
        #expect(work.findings.first?.hasPrefix("Client/my.app, secret: a literal value") == true)
        #expect(work.findings.first?.contains("\"@secret:file:/run/secrets/my-app-secret\"") == true)
        #expect(
            work.configLines == [
                #""my-app-secret": {"path":"/run/secrets/my-app-secret","#
                    + #""scope":[{"resource_type":"Client","id":"my.app","field":"secret"}]}"#
            ])
        #expect(!(work.findings + work.configLines).contains { $0.contains("s3cret") })
    }

    @Test func everyFieldThatCanHoldASecretIsLookedAtWhereverItIs() async throws {
        let resources = [
            #"{"resourceType":"TokenIntrospector","id":"t","jwt":{"keys":{"k":"@secret:file:/k"},"#
                + #""secret":"s3cret"}}"#,
            #"{"resourceType":"IdentityProvider","id":"i","client":{"private-key":"@secret:file:/s/key"}}"#,
            #"{"resourceType":"AidboxTopicDestination","id":"a","parameter":"#
                + #"[{"name":"saslJaasConfig","valueString":"@secret:file:/j"},{"name":"url","valueString":"u"}]}"#,
        ]
        let work = try work(resources.joined(separator: "\n\n") + "\n")
        #expect(work.changes.map(\.key.text) == ["IdentityProvider/i", "AidboxTopicDestination/a"])
        #expect(work.findings.map { $0.prefix(34) } == ["TokenIntrospector/t, jwt.secret: a"])
        #expect(work.configLines.count == 3 && work.configLines.first?.hasPrefix(#""t-jwt-secret""#) == true)
        let stored = try await stored(work)
        #expect(stored.last?.contains(#""_valueString":{"extension":["#) == true)
        #expect(stored.last?.contains(#""valueString":"u""#) == true)
    }

    @Test func whatIsNotImportedIsSaidWithItsPlace() throws {
        let policy = #"{"resourceType":"AccessPolicy","id":"x"}"#
        let bundle = searchset(
            patient("p"), policy, policy, patient("p"), #"{"resourceType":"Patient"}"#, client("root", secret: nil)
        )
        .replacing(#""entry":["#, with: #""entry":[{},"#)
        let found = try work(bundle)
        #expect(found.changes.map(\.key.text) == ["Patient/p"])
        #expect(
            found.findings.map { $0.prefix(31) } == [
                "Bundle.entry[0]: it has no reso", "Bundle.entry[4]: Patient/p is a", "Bundle.entry[5]: id is missing;",
                "Bundle.entry[6]: Client/root is", #""AccessPolicy": 2 resources of "#,
            ])
        let lines = try work("\(patient("p"))\n[]\n{\n\n\(patient("q"))")
        #expect(lines.changes.count == 2)
        #expect(lines.findings.map { $0.prefix(7) } == ["line 2:", "line 3:"])
    }

    @Test func aResourceOverManyLinesIsOne() throws {
        let work = try work(Self.basic.replacing(",", with: ",\n"))
        #expect(work.changes.map(\.key.text) == ["Client/basic"] && work.findings.isEmpty)
    }

    /// At whatever place, and whatever it is: not once a line.
    @Test(arguments: ["", "]", "]}]", "s3cret-value"])
    func aBundleThatIsBrokenIsOneFindingAtItsPlace(end: String) throws {
        let text = searchset(Self.basic, Self.basic).replacing(",", with: ",\n").dropLast(2) + end
        let work = try work(String(text))
        #expect(work.changes.isEmpty && work.findings.count == 1, "\(work.findings)")
        let last = text.split(separator: "\n").count
        #expect(work.findings.first?.hasPrefix("line \(last): it is no resource in JSON: column ") == true)
        #expect(work.findings.first?.contains("s3cret") == false)
    }

    @Test func aPageOfALongerSearchsetIsAFinding() throws {
        let link = #"Bundle","link":[{"relation":"self","url":"u"},{"relation":"next","url":"u"}]"#
        let work = try work(searchset(Self.basic).replacing(#"Bundle""#, with: link))
        #expect(work.changes.count == 1)
        #expect(work.findings == ["Bundle.link: there is a next page, which is not in this file; not imported"])
    }

    @Test func manyFilesOfOneNameGetANumberEach() throws {
        let clients = (0..<300).map { Self.holder("c\($0)", secret: #""@secret:file:/run/\#($0)/secret""#) }
        let names = try work(clients.joined(separator: "\n")).configLines.map { $0.prefix { $0 != ":" } }
        #expect(names == [#""secret""#] + (2...300).map { #""secret-\#($0)""# })
    }

    @Test func whatCannotBeReadIsSaid() throws {
        #expect(throws: ImportFault.self) { try AidboxImport(scratch("none"), vaultConfig: nil) }
        let fault = #expect(throws: ImportFault.self) { try work(Self.basic, config: "x") }
        guard case .vaultConfig(.vaultConfig(_, let faults)) = fault else {
            Issue.record("another fault")
            return
        }
        #expect(faults.count == 1)
    }
}
