import Glibc
import Server
import Storage

/// Reads the whole store and prints every place where it is not as it was written.
func verify(_ settings: StartSettings, readOnly: Bool) throws(Refusal) -> ExitStatus {
    let folder = try settings.storeFolder()
    let report = try settings.onStore { () throws(StorageError) in
        try JournalStore.verify(folder, readOnly: readOnly)
    }
    var text = report.findings.text + report.loss.text
    if !report.findings.isEmpty {
        text += "next: restore a copy, or write what is sound into a new store: "
        text += "keyward store repair --store \(folder) --to …\n"
    }
    text += "\(report.file): \(report.lines) lines, \(report.commits) sound commits, \(report.resources) resources"
    text += report.tornTail > 0 ? ", and \(report.tornTail) bytes of an unacknowledged write at the end\n" : "\n"
    guard say(text, to: STDOUT_FILENO) else { return .inputOutput }
    return report.findings.isEmpty ? .success : .findings
}

/// Takes all of the store's journal into one base.
func compact(_ settings: StartSettings) async throws(Refusal) -> ExitStatus {
    let folder = try settings.storeFolder()
    let store = try settings.open(folder, create: false)
    let report: CompactionReport
    do throws(StorageError) {
        report = try await store.compact()
    } catch {
        await store.close()
        throw settings.refusal(.store(folder: folder, error))
    }
    await store.close()
    let text =
        "\(folder): \(report.kept) of \(report.versions) versions kept; "
        + "\(report.bytesBefore) bytes have become \(report.bytes)\n"
    return say(text, to: STDOUT_FILENO) ? .success : .inputOutput
}

/// Prints the current version of every resource, one JSON object a line.
func dump(_ settings: StartSettings) async throws(Refusal) -> ExitStatus {
    let folder = try settings.storeFolder()
    let store = try settings.open(folder, create: false)
    var isWritten = true
    store.forEachCurrent { stored in
        guard isWritten, let body = stored.body else { return }
        isWritten = say(String(decoding: body, as: UTF8.self) + "\n", to: STDOUT_FILENO)
    }
    await store.close()
    return isWritten ? .success : .inputOutput
}

extension StartSettings {
    func storeFolder() throws(Refusal) -> String {
        guard case .folder(let folder) = server.store else {
            throw Refusal(.usage, "\(spelling(.store)) \"memory:\" outlives no process; name a folder")
        }
        return folder
    }

    /// Opens the store, and says so where a torn tail was cut off it.
    func open(_ folder: String, create: Bool) throws(Refusal) -> JournalStore {
        var compaction = CompactionSettings()
        compaction.history = server.storeHistory
        let (store, recovery) = try onStore { () throws(StorageError) in
            try JournalStore.open(folder, create: create, compaction: compaction, clock: wallClock)
        }
        if recovery.cutBytes > 0 {
            let tail = "\(recovery.cutBytes) bytes of a write that was never acknowledged"
            say("keyward: cut \(tail) off \(recovery.file)".onOneLine + "\n", to: STDERR_FILENO)
        }
        return store
    }

    func onStore<Value>(_ body: () throws(StorageError) -> Value) throws(Refusal) -> Value {
        do throws(StorageError) {
            return try body()
        } catch {
            throw refusal(.store(folder: try storeFolder(), error))
        }
    }
}
