import ArgumentParser
import Glibc
import Server
import Storage

struct Import: OrderingCommand {
    static let configuration = CommandConfiguration(
        abstract: "Bring resources of Aidbox into the store, with references in the place of @secret:file: strings.",
        discussion: """
            Reads a Bundle of any type, or one resource a line. Literal secrets are reported and not imported, and so \
            is what is of no known type; then the exit code is 1. Prints what the vault config needs, and never a \
            secret. docs/from-aidbox.md goes through it.
            """)

    @Option(name: .customLong("from-aidbox"), help: ArgumentHelp("The export.", valueName: "file"))
    var fromAidbox: String

    @Flag(help: "Say what would be imported, and change nothing.")
    var dryRun = false

    @Option(.store) var store: String?
    @Option(.vaultConfig) var vaultConfig: String?

    func order(environment: [String: String], isTerminal: Bool) throws(Refusal) -> Order {
        let given = [(Setting.store, store), (.vaultConfig, vaultConfig)]
        let flags = Dictionary(
            uniqueKeysWithValues: given.compactMap { setting, text in text.map { (setting.name, $0) } })
        let settings = try StartSettings(
            flags: flags, environment: environment, isTerminal: isTerminal, table: given.map(\.0))
        return .importAidbox(settings, file: fromAidbox, isDry: dryRun)
    }
}

/// Puts the resources of an export into the store, and says what was left out and what the vault config needs.
func importAidbox(_ file: String, into settings: StartSettings, isDry: Bool) async throws(Refusal) -> ExitStatus {
    let folder = try settings.storeFolder()
    let work: AidboxImport
    do throws(ImportFault) {
        work = try AidboxImport(file, vaultConfig: settings.server.vaultConfig)
    } catch {
        switch error {
        case .vaultConfig(let fault): throw settings.refusal(fault)
        case .export(let reason):
            throw Refusal(.inputOutput, "import --from-aidbox \"\(file)\": \(reason); name the file of an export")
        }
    }
    var lines = work.notes + work.findings
    if !work.configLines.isEmpty {
        lines.append("the vault config needs, as members of \"secret\":")
        lines += work.configLines.map { "  \($0)" }
    }
    let count = work.findings.count
    let left = count == 0 ? "nothing left out" : "\(count) \(count == 1 ? "finding" : "findings")"
    if isDry {
        lines.append("\(work.changes.count) to import, \(left); nothing was changed")
    } else {
        let unchanged = try await commit(work.changes, to: folder, settings)
        lines.append("\(work.changes.count - unchanged) imported, \(unchanged) unchanged, \(left)")
    }
    let text = lines.map { $0.onOneLine + "\n" }.joined()
    guard say(text, to: STDOUT_FILENO) else { return .inputOutput }
    return work.findings.isEmpty ? .success : .findings
}

/// As one commit; returns how many of the resources were there already. For none no store is made.
private func commit(_ changes: [Change], to folder: String, _ settings: StartSettings) async throws(Refusal) -> Int {
    if changes.isEmpty { return 0 }
    let store = try settings.open(folder, create: true)
    let changed = changes.filter { !store.holds($0) }
    do throws(StorageError) {
        if !changed.isEmpty { _ = try await store.commit(changed) }
    } catch {
        await store.close()
        throw settings.refusal(.store(folder: folder, error))
    }
    await store.close()
    return changes.count - changed.count
}
