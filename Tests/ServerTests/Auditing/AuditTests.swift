import Access
import Dispatch
import FHIR
import Glibc
import HTTP
import JSON
import Logging
import Storage
import Synchronization
import Telemetry
import Testing
import Transport

@testable import Server
@testable import Vault

@Suite struct AuditTests {
    private let book = AuditBook()
    private let log = LogBook()
    private let store = ScriptedStore()
    private let audit: Audit

    init() throws {
        audit = try Audit(
            book, server: AuditEvent.Server(host: "127.0.0.1", site: "pod"), registry: MetricRegistry(),
            logger: log.logger(), now: ScriptedStore.clock)
    }

    private func exchange(
        _ method: HTTP.Method = .put, _ id: String? = "basic", from peer: Address = .here, arrived: Deadline = .now()
    ) -> Exchange {
        let head = RequestHead(
            method: method, target: RequestTarget(path: "/", query: nil))
        let exchange = Exchange(
            Request(head, from: peer, arrived: arrived, content: GivenContent()), id: .named("r-1"))
        exchange.type = .client
        exchange.isForInstance = id != nil
        exchange.instance = id.flatMap { LogicalID($0) }
        exchange.principal = .root
        return exchange
    }

    private func put(_ id: String, if precondition: Change.Precondition = .none) throws -> Change {
        try Change.put(try resource(client(id, secret: nil)), if: precondition)
    }

    // MARK: changes

    @Test func aChangeIsInTheLogBeforeItIsMade() async throws {
        let key = try key("Client/basic")
        let before = Mutex<Bool?>(nil)
        book.during { [store] in before.withLock { $0 = store.current(key) == nil } }
        _ = try await store.commit(try put("basic"), for: exchange(), audit)
        #expect(before.withLock { $0 } == true)
        #expect(store.current(key) != nil)
        #expect(try book.codes() == ["update 0"])
        let event = try #require(try book.events().first)
        #expect(event.auditName == "root")
        #expect(event.auditRequest == "r-1")
        #expect(event.value(at: "entity", "1", "what", "reference") == "Client/basic")
        #expect(event["recorded"]?.string == ScriptedStore.clock().text)
    }

    @Test func aChangeThatCannotBeRecordedIsNotMade() async throws {
        book.breaks(with: ENOSPC)
        let refusal = await #expect(throws: Refusal.self) {
            _ = try await store.commit(try put("basic"), for: exchange(), audit)
        }
        #expect(refusal?.status == .serviceUnavailable)
        #expect(store.current(try key("Client/basic")) == nil)
        #expect(log.lines.map(\.level) == [.error])
    }

    @Test(arguments: [(StorageError.unavailable("/srv/x"), "8"), (.preconditionFailed(current: 3), "4")])
    func whatTheStoreRefusesHasASecondLine(error: StorageError, outcome: String) async throws {
        store.breaks(with: error)
        await #expect(throws: error) { _ = try await store.commit(try put("basic"), for: exchange(.delete), audit) }
        #expect(try book.codes() == ["delete 0", "delete \(outcome)"])
        #expect(Set(try book.events().map(\.auditRequest)) == ["r-1"])
        #expect(try book.events().last?["outcomeDesc"]?.string == error.forClients)
        #expect(!book.text.contains("/srv"))
    }

    @Test func theSecondLineComesLaterIfItCannotComeNow() async throws {
        store.breaks(with: .unavailable("x"))
        let writes = Atomic(0)
        // All writes but the first fail.
        book.during { [book] in if writes.add(1, ordering: .relaxed).oldValue == 0 { book.breaks(with: EIO) } }
        let refusal = await #expect(throws: Refusal.self) {
            _ = try await store.commit(try put("basic"), for: exchange(), audit)
        }
        #expect(refusal?.status == .serviceUnavailable)
        book.during {}
        book.breaks(with: nil)
        #expect(await audit.isWritable())
        #expect(try book.codes() == ["update 0", "audit-gap 8", "update 8"])
    }

    @Test func clinicalResourcesLeaveNoLine() async throws {
        _ = try await store.commit(try Change.put(try resource(patient("a"))), for: exchange(), audit)
        #expect(book.text.isEmpty)
    }

    // MARK: denials

    @Test func aDenialNamesReasonClientSecretRequestAndPeer() async throws {
        let peer = Address(ipv6: 0x2001_0db8_0000_0000, 1, port: 4_000)
        let denial = try await deny(peer: peer)
        #expect(try book.codes() == ["wrong-password 4"])
        let event = try #require(try book.events().first)
        #expect(event.auditName == "Client/basic")
        #expect(event.auditRequest == "r-1")
        #expect(event.value(at: "agent", "0", "network", "address")?.string == "2001:db8:0:0:0:0:0:1")
        #expect(event.value(at: "entity", "1", "name") == "here")
        #expect(event["outcomeDesc"]?.string == denial.detail.description)
    }

    /// A denial as the authenticator makes it.
    private func deny(peer: Address = .here) async throws -> Denial {
        let desk = try Desk()
        try await desk.store.put(client("basic", secret: "here"))
        let directory = ClientDirectory(desk.store)
        let authenticator = Authenticator(secrets: desk.vault, rootSecret: nil) { directory.account($0) }
        let denial = try await #require(throws: Denial.self) {
            _ = try await authenticator.login(authorization: Array(basic("basic", "no").1.utf8).span)
        }
        #expect(await audit.refusal(noting: denial, of: exchange(from: peer)) == nil)
        return denial
    }

    @Test func whatIsNoDenialLeavesNoLine() async throws {
        #expect(await audit.refusal(noting: Refusal.unknownPath, of: exchange()) == nil)
        #expect(await audit.refusal(noting: StorageError.unavailable("x"), of: exchange()) == nil)
        #expect(book.text.isEmpty)
    }

    @Test func aDenialThatCannotBeRecordedIsRefusedAndTheGapIsTold() async throws {
        book.breaks(with: ENOSPC)
        #expect(await audit.refusal(noting: Denial.noCredentials, of: exchange())?.status == .serviceUnavailable)
        #expect(await audit.isWritable() == false)
        book.breaks(with: nil)
        #expect(await audit.refusal(noting: Denial.noCredentials, of: exchange()) == nil)
        #expect(try book.codes() == ["audit-gap 8", "no-credentials 4"])
        let details = try book.events().first?.value(at: "entity", "0", "detail")?.array?.compactMap {
            $0.object?["valueString"]?.string
        }
        #expect(details == [ScriptedStore.clock().text, "1", "0"])
    }

    @Test func theVaultsReasonsAreTheServersFault() {
        #expect(DenialReason.allCases.count { $0.isOfTheVault } == 11)
        #expect(!DenialReason.wrongPassword.isOfTheVault && DenialReason.fileMissing.isOfTheVault)
    }

    @Test func whatIsForbiddenNamesTheInteractionAndRepeatsNoPath() async throws {
        let error = Forbidden(principal: .client(try key("Client/basic").id), diagnostics: "because")
        for (method, id) in [
            (HTTP.Method.get, "a"), (.get, nil), (.post, nil), (.put, "a"), (.delete, "my password!"),
        ] {
            _ = await audit.refusal(noting: error, of: exchange(method, id))
        }
        let vread = exchange(.get, "a")
        vread.route = .resources("/fhir/{type}/{id}/_history/{vid}", [:])
        let history = exchange(.get, "a")
        history.route = .resources("/fhir/{type}/{id}/_history", [:])
        for exchange in [vread, history] { _ = await audit.refusal(noting: error, of: exchange) }
        let codes = ["read", "search-type", "create", "update", "delete", "vread", "history-instance"]
        #expect(try book.codes() == codes.map { "\($0) 4" })
        let objects = try book.events().map { $0.value(at: "entity", "1", "what") }
        #expect(objects[0] == ["reference": "Client/a"] && objects[4] == ["display": "Client"])
        #expect(!book.text.contains("my password!"))
    }

    // MARK: uses

    private func use(_ value: SecretValue = .current) throws -> SecretUse {
        SecretUse(client: try key("Client/basic").id, secret: SecretName("s"), value: value)
    }

    @Test func aUseIsRecordedOnceAMinuteAndKindOfValue() async throws {
        let start = Deadline.now()
        func use(_ value: SecretValue = .current, after time: Duration = .zero) async throws {
            let exchange = exchange(arrived: start.advanced(by: Patience(time)))
            exchange.principal = .client(try key("Client/basic").id)
            try await audit.used(try self.use(value), by: exchange)
        }
        for second in 0..<60 { try await use(after: .seconds(second)) }
        #expect(try book.codes() == ["secret-used 0"])
        try await use(.previous)
        try await use(after: .seconds(60))
        let events = try book.events()
        #expect(
            events.map { $0.value(at: "entity", "1", "detail", "0", "valueString") }
                == ["current", "previous", "current"])
        #expect(events.allSatisfy { $0.value(at: "entity", "1", "name") == "s" })
        #expect(events.allSatisfy { $0.auditName == "Client/basic" })
    }

    @Test func aUseThatCannotBeRecordedIsRefusedAndTheNextTriesAgain() async throws {
        book.breaks(with: ENOSPC)
        for _ in 0..<2 {
            await #expect(throws: Refusal.self) { try await audit.used(try use(), by: exchange()) }
        }
        book.breaks(with: nil)
        try await audit.used(try use(), by: exchange())
        #expect(try book.codes() == ["audit-gap 8", "secret-used 0"])
    }

    /// The second comes when the first is to be recorded and its line is not handed over yet.
    @Test func aUseBesideOneThatCannotBeRecordedIsRefusedToo() async throws {
        let loop = try EventLoop(label: "second")
        loop.start()
        defer { loop.stop() }
        let meanwhile = Mutex<@Sendable () -> Void>({})
        let audit = try Audit(
            book, server: AuditEvent.Server(host: "127.0.0.1", site: "pod"), registry: MetricRegistry(),
            logger: log.logger(),
            now: {
                meanwhile.withLock { body in
                    defer { body = {} }
                    return body
                }()
                return ScriptedStore.clock()
            })
        let use = try use()
        let second = Mutex<Task<Void, any Error>?>(nil)
        meanwhile.withLock { [self] in
            $0 = {
                let ended = DispatchSemaphore(value: 0)
                let task = Task(executorPreference: loop) {
                    defer { ended.signal() }
                    try await audit.used(use, by: exchange())
                }
                second.withLock { $0 = task }
                // It waits for the first, as it should, or ends at once.
                _ = ended.wait(timeout: .now() + .milliseconds(100))
            }
        }
        book.breaks(with: ENOSPC)
        await #expect(throws: Refusal.self) { try await audit.used(use, by: exchange()) }
        let task = try #require(second.withLock { $0 })
        await #expect(throws: Refusal.self) { try await task.value }
    }

    // MARK: the server itself

    @Test func theHealthHasACheckWhereALogIsSetAndOnlyThere() async throws {
        let desk = try Desk()
        func health(_ audit: Audit?) async -> Response {
            await Health(
                store: desk.store, directory: ClientDirectory(desk.store), vault: desk.vault, watch: desk.watch(),
                rootSecret: nil, audit: audit, version: "1"
            ).respond()
        }
        #expect(await health(nil).json.value(at: "checks", "audit") == nil)
        #expect(await health(audit).json.value(at: "checks", "audit") == [["status": "pass"]])
        book.breaks(with: ENOSPC)
        _ = await audit.refusal(noting: Denial.noCredentials, of: exchange())
        let failing = await health(audit)
        #expect(failing.status == .serviceUnavailable && failing.json["status"] == "fail")
        #expect(failing.json.value(at: "checks", "audit", "0", "status") == "fail")
        #expect(!failing.text.contains("book"))
        book.breaks(with: nil)
        #expect(await health(audit).status == .ok, "it recovers by itself")
        #expect(try book.codes() == ["audit-gap 8"])
    }

    @Test func whatTheServerNoticesIsRecorded() async throws {
        let time = FileTime(seconds: 1, nanoseconds: 999_999_999)
        audit.rotated(SecretRotation(name: SecretName("s"), changed: time, overlap: nil))
        audit.rotated(SecretRotation(name: SecretName("s"), changed: time, overlap: .seconds(90)))
        func secret(_ name: String, _ path: String, _ type: String = "Client") -> VaultConfig.Secret {
            VaultConfig.Secret(name: SecretName(name), path: path, scopes: [SecretScope(resourceType: type)])
        }
        let old = VaultConfig(secrets: [secret("gone", "/g"), secret("a", "/a"), secret("b", "/b")], folder: "/")
        let new = VaultConfig(
            secrets: [secret("a", "/a", "Patient"), secret("b", "/c"), secret("new", "/n")], folder: "/")
        audit.configChanged(VaultConfigDifference(from: old, to: new))
        audit.configRefused([VaultConfigFault(.notJSON, at: "line 1", what: "is no JSON", remedy: "mend it")])
        audit.configRestored()
        await audit.close()
        #expect(
            try book.codes() == [
                "secret-rotated 0", "secret-rotated 0", "vault-config-changed 0", "vault-config-refused 8",
                "vault-config-restored 0",
            ])
        let details = try book.events().map { event in
            (event.value(at: "entity", "0", "detail")?.array ?? []).compactMap(\.object).map {
                "\($0["type"]?.string ?? "") \($0["valueString"]?.string ?? "")"
            }
        }
        #expect(
            details == [
                ["changed 1970-01-01T00:00:01.999Z"],
                ["changed 1970-01-01T00:00:01.999Z", "previous_counts_until 1970-01-01T00:01:31.999Z"],
                ["added new", "removed gone", "rescoped a", "repathed b"],
                ["config-not-json line 1: is no JSON; mend it"], [],
            ])
        #expect(try book.events().first?.value(at: "entity", "0", "name") == "s")
    }
}
