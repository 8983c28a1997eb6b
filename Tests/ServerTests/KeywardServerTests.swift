import HTTP
import Storage
import Testing
import Vault

@testable import Server

@Suite struct KeywardServerTests {
    private let scratch: Scratch
    private let log = LogBook()

    init() throws { scratch = try Scratch() }

    private func fault(_ adjust: (inout Settings) throws -> Void) throws -> StartFault {
        var settings = Settings()
        settings.store = .memory
        settings.eventLoops = 1
        try adjust(&settings)
        let fault = try #require(throws: StartFault.self) {
            _ = try KeywardServer(settings, version: "0", logger: log.logger())
        }
        // One line will say it, and the program writes that.
        #expect(log.lines.isEmpty)
        return fault
    }

    @Test func allFaultsOfTheVaultConfigEndTheStart() throws {
        let path = try scratch.write(#"{"secret": {"a": {}}, "b": 1}"#, to: "vault-config.json")
        guard case .vaultConfig(path, let faults) = try fault({ $0.vaultConfig = path }) else {
            Issue.record("another fault")
            return
        }
        #expect(faults.map(\.place) == ["$.secret.a", "$.secret.a", "$.b"])
    }

    @Test(arguments: ["nowhere", "basic"])
    func aRootSecretThatIsNotThereForRootEndsTheStart(name: String) throws {
        let path = try scratch.write(
            #"{"secret": {"basic": {"path": "x", "scope": "Client/basic"}}}"#, to: "vault-config.json")
        let fault = try fault {
            $0.vaultConfig = path
            $0.rootSecret = name
        }
        guard case .rootSecret(name, let reason) = fault else {
            Issue.record("another fault")
            return
        }
        #expect(reason.contains(name))
    }

    @Test func aRootSecretWhoseFileIsYetToComeDoesNot() throws {
        var settings = Settings()
        settings.store = .memory
        settings.eventLoops = 1
        settings.rootSecret = "root"
        settings.vaultConfig = try scratch.write(
            #"{"secret": {"root": {"path": "x", "scope": "Client/root"}}}"#, to: "vault-config.json")
        _ = try KeywardServer(settings, version: "0", logger: log.logger())
    }

    @Test func allFaultsOfTheInitBundleEndTheStartBeforeThereIsAStore() throws {
        let path = try scratch.write(
            bundle([client("root", secret: nil), patient("p"), patient("p")]), to: "bundle.json")
        let fault = try fault {
            $0.initBundle = path
            $0.store = .folder(scratch("store"))
        }
        guard case .initBundle(path, let faults) = fault else {
            Issue.record("another fault")
            return
        }
        #expect(faults.map { $0.prefix(15) } == ["Bundle.entry[0]", "Bundle.entry[2]"])
        #expect(try scratch.listing().count == 1)
    }

    @Test func aStoreThatAnotherHoldsEndsTheStart() async throws {
        let folder = scratch("store")
        let held = try JournalStore.open(folder, clock: ScriptedStore.clock).store
        guard case .store(folder, .locked) = try fault({ $0.store = .folder(folder) }) else {
            Issue.record("another fault")
            return
        }
        await held.close()
    }
}
