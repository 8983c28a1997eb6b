import FHIR
import HTTP
import Logging
import Storage
import Telemetry
import Testing
import Transport
import Vault

@testable import Server

/// The interactions over a store in memory, with nobody at the door: a path such as `Patient/a`, and errors as the
/// responses that they become.
struct Desk {
    let log = LogBook()
    let store: ScriptedStore
    let scratch: Scratch
    let config: VaultConfig
    let vault: SecretResolver
    let writing: Writing

    /// The vault has a secret `here` in scope of Client/basic and Client/root, whose file is there, and `gone` in scope
    /// of every Client, whose file is not.
    ///
    /// - Parameter rule: which versions the store keeps.
    init(nesting: Int = 100, keeping rule: HistoryRule = .all) throws {
        store = ScriptedStore(keeping: rule)
        let scratch = try Scratch()
        self.scratch = scratch
        config = VaultConfig(
            secrets: [
                VaultConfig.Secret(
                    name: SecretName("here"), path: try scratch.write("value-of-here\n", to: "here"),
                    scopes: ["basic", "root"].map { SecretScope(resourceType: "Client", id: $0) }),
                VaultConfig.Secret(
                    name: SecretName("gone"), path: scratch("gone"), scopes: [SecretScope(resourceType: "Client")]),
            ], folder: scratch.path)
        vault = SecretResolver(config: config, files: PosixFiles()) { _ in }
        let id = try #require(LogicalID("chosen"))
        writing = Writing(nesting: nesting, vault: vault, logger: log.logger()) { id }
    }

    func watch(
        following file: VaultConfigFile? = nil, registry: MetricRegistry = MetricRegistry(),
        clock: @escaping @Sendable () -> Deadline = Deadline.now
    ) -> VaultWatch {
        VaultWatch(
            vault, follower: file.map { VaultConfigFollower($0, inForce: config) },
            events: VaultEvents(registry, log.logger()), clock: clock)
    }

    func ask(
        _ method: Method, _ path: String, _ fields: [(FieldName, String)] = [], content: String = ""
    ) async -> Response {
        let exchange = Exchange(method, "/fhir/\(path)", [(.host, "h:8080")] + fields, content: content)
        let names = path.split(separator: "?").first?.split(separator: "/").map(String.init) ?? []
        exchange.type = ResourceType(names.first ?? "")
        let last = names.dropFirst().first
        if last != "_search" {
            exchange.isForInstance = last != nil
            exchange.instance = last.flatMap { LogicalID($0) }
        }
        let isOfHistory = names.dropFirst(2).first == "_history"
        let version = names.dropFirst(3).first
        exchange.version = version.flatMap { Int($0) }.flatMap { "\($0)" == version && $0 > 0 ? $0 : nil }
        let interaction: any Interaction =
            switch (isOfHistory, version != nil) {
            case (true, true): VRead(store: store)
            case (true, false): HistoryInstance(store: store)
            default: interaction(method, isOfInstance: exchange.isForInstance, isSearch: last == "_search")
            }
        do {
            return try await interaction.respond(to: exchange)
        } catch {
            let denials = Denials(MetricRegistry(), log.logger())
            return Outcomes(denials: denials, logger: log.logger()).response(to: error, of: exchange)
        }
    }

    private func interaction(_ method: Method, isOfInstance: Bool, isSearch: Bool) -> any Interaction {
        switch method {
        case .put: Update(store: store, writing: writing)
        case .delete: Delete(store: store)
        case .post where !isSearch: Create(store: store, writing: writing)
        case _ where isOfInstance: Read(store: store)
        default: SearchType(store: store)
        }
    }
}
