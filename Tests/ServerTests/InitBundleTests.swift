import FHIR
import Glibc
import JSON
import Logging
import SwiftOverlayShims
import Telemetry
import Testing
import Vault

@testable import Server
@testable import Storage

@Suite struct InitBundleTests {
    private let scratch: Scratch
    private let store = ScriptedStore()
    private let log = LogBook()
    private let book = AuditBook()
    private let audit: Audit

    init() throws {
        scratch = try Scratch()
        audit = try Audit(
            book, server: AuditEvent.Server(host: "127.0.0.1", site: "pod"), registry: MetricRegistry(),
            logger: log.logger(), now: ScriptedStore.clock)
    }

    private func read(_ text: String) throws -> InitBundle {
        try InitBundle(scratch.write(text, to: "bundle.json"), nesting: 100, files: PosixFiles())
    }

    private func apply(_ resources: String...) async throws -> InitBundle.Applied {
        var settings = Settings()
        settings.store = .folder("/srv/store")
        return try await read(bundle(resources)).apply(to: store, settings, audit)
    }

    private func version(_ text: String) throws -> Int? { store.current(try key(text))?.version }

    @Test func itIsOneCommitAndTheSecondTimeNone() async throws {
        let first = try await apply(client("a", secret: "s"), patient("p"))
        #expect(first.changed.map(\.change.key.text) == ["Client/a", "Patient/p"] && first.unchanged == 0)
        #expect(store.current(try key("Client/a"))?.commit == store.current(try key("Patient/p"))?.commit)
        let second = try await apply(client("a", secret: "s"), patient("p"))
        #expect(second.changed.isEmpty && second.unchanged == 2)
        #expect(try version("Client/a") == 1 && version("Patient/p") == 1)
        #expect(try book.codes() == ["update 0"], "an unchanged one leaves no line, nor does a Patient")
    }

    @Test func whatDiffersAloneGetsAVersionAndADeletedOneIsRevived() async throws {
        _ = try await apply(client("a", secret: "s"), patient("p"), patient("q"))
        try await store.delete("Patient/q")
        let applied = try await apply(client("a", secret: "t"), patient("p"), patient("q"))
        #expect(applied.changed.map(\.change.key.text) == ["Client/a", "Patient/q"] && applied.unchanged == 1)
        #expect(try version("Client/a") == 2 && version("Patient/p") == 1 && version("Patient/q") == 3)
        #expect(store.current(try key("Patient/q"))?.isDeleted == false)
    }

    @Test func aChangeIsInTheAuditLogBeforeItIsMadeAndTheServerIsItsAgent() async throws {
        book.breaks(with: ENOSPC)
        let fault = await #expect(throws: StartFault.self) { try await apply(client("a", secret: "s")) }
        guard case .auditLog(.none, let reason) = fault else {
            Issue.record("\(String(describing: fault))")
            return
        }
        #expect(reason.contains("No space"))
        #expect(try version("Client/a") == nil)
        book.breaks(with: nil)
        _ = try await apply(client("a", secret: "s"))
        let event = try #require(try book.events().last { $0.auditCode == "update" })
        #expect(event.value(at: "agent", "0", "who", "display") == "keyward")
        #expect(event.value(at: "agent", "0", "requestor") == true)
        #expect(event.value(at: "entity", "0", "what", "reference") == "Client/a")
    }

    /// One that fills up on the way would tell of changes that nobody made.
    @Test func theLinesOfAllChangesAreOneWriteWhichAFileHasWholeOrNotAtAll() async throws {
        book.during { [book] in book.breaks(with: ENOSPC) }
        _ = try await apply(client("a", secret: "s"), client("b", secret: "s"), client("c", secret: "s"))
        #expect(try book.codes() == ["update 0", "update 0", "update 0"])
    }

    @Test func aStoreThatCannotWriteEndsTheStartAndTheAuditLogSaysSo() async throws {
        store.breaks(with: .unavailable("broken"))
        let fault = await #expect(throws: StartFault.self) { try await apply(client("a", secret: "s"), patient("p")) }
        guard case .store("/srv/store", .unavailable("broken")) = fault else {
            Issue.record("\(String(describing: fault))")
            return
        }
        #expect(try book.codes() == ["update 0", "update 8"])
    }

    @Test func whatCannotBeReadSaysWhy() throws {
        let path = scratch("none")
        func fault(_ path: String) throws -> InitBundleFault {
            try #require(throws: InitBundleFault.self) {
                try InitBundle(path, nesting: 100, files: PosixFiles())
            }
        }
        #expect(try fault(path) == .unreadable("it cannot be read (No such file or directory)"))
        #expect(try fault(scratch.path) == .unreadable("it is not a regular file"))
        try scratch.write("", to: "large")
        #expect(unsafe truncate(scratch("large"), 64 << 20 + 1) == 0)
        #expect(try fault(scratch("large")) == .unreadable("it has more than 67108864 bytes"))
        guard case .faulty(let faults) = try fault(scratch.write("{", to: "torn")) else { return }
        #expect(faults.map(\.place) == ["Bundle"])
    }

    /// Half of one bundle and half of the next could be a third, which nobody wrote.
    @Test func aFileThatIsWrittenOverWhileItIsReadIsNotTaken() throws {
        let path = try scratch.write(bundle([client("a", secret: nil)]), to: "bundle.json")
        let fault = #expect(throws: InitBundleFault.self) {
            try InitBundle(path, nesting: 100, files: RewrittenFiles())
        }
        #expect(fault == .unreadable("it changes while it is read"))
    }

    @Test func theLogSaysWhatWasDoneAndWhatRefersToSecretsItCannotUse() async throws {
        let vault = SecretResolver(config: .none, files: PosixFiles()) { _ in }
        try await apply(client("a", secret: "nowhere"), client("b", secret: nil)).report(to: log.logger(), vault)
        try await apply(client("a", secret: "nowhere"), patient("p")).report(to: log.logger(), vault)
        let lines = log.lines("init bundle applied")
        #expect(
            lines.map { $0.fields["changed"] } == ["2", "1"] && lines.map { $0.fields["unchanged"] } == ["0", "1"])
        #expect(lines.first?.fields["path"] == scratch("bundle.json"))
        let notices = log.lines(UnusableReference.notice.description)
        #expect(notices.map { $0.fields["resource"] } == ["Client/a"], "once, when it is put")
        #expect(notices.first?.fields["reason"] == "unknown-secret")
    }

    @Test func thousandsOfSuchReferencesDoNotFloodTheLog() async throws {
        let vault = SecretResolver(config: .none, files: PosixFiles()) { _ in }
        let clients = (0..<5_000).map { client("c\($0)", secret: "s\($0)") }
        try await read(bundle(clients)).apply(to: store, Settings(), nil).report(to: log.logger(), vault)
        #expect(log.lines.count == 22)
        #expect(log.lines.last?.fields["more"] == "4980")
    }
}

/// Each is another at the end of its first reading: this one is no more than its path.
private struct RewrittenFiles: FileSystem, OpenFile {
    var path = FilePath("/")

    func identity(of path: FilePath) throws(Errno) -> FileIdentity { try PosixFiles().identity(of: path) }
    func realPath(of path: FilePath) throws(Errno) -> String { try PosixFiles().realPath(of: path) }
    func now() -> FileTime { PosixFiles().now() }
    func open(_ path: FilePath) -> any OpenFile & ~Copyable { RewrittenFiles(path: path) }

    func identity() throws(Errno) -> FileIdentity { try identity(of: path) }
    func finalPath() throws(Errno) -> String { try realPath(of: path) }

    func read(into output: inout OutputSpan<UInt8>) throws(Errno) -> Int {
        guard try identity().modified.seconds != 1 else { return 0 }
        let count = try PosixFiles().open(path).read(into: &output)
        let times = [timespec(tv_sec: 1, tv_nsec: 0), timespec(tv_sec: 1, tv_nsec: 0)]
        _ = unsafe utimensat(AT_FDCWD, path.text, times, 0)
        return count
    }
}
