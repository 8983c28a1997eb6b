import Glibc
import Server
import Storage

/// Copies the store into a new folder, beside a server or without one.
func backUp(_ settings: StartSettings, to target: String) throws(Refusal) -> ExitStatus {
    let folder = try settings.storeFolder()
    let report: BackupReport
    do throws(StorageError) {
        report = try JournalStore.backup(folder, to: target)
    } catch {
        throw settings.refusal(of: folder, "no backup in \"\(target)\"", error)
    }
    let text =
        report.findings.text
        + "\(target): \(report.commits) commits, \(report.resources) resources, \(report.bytes) bytes; verified\n"
    guard say(text, to: STDOUT_FILENO) else { return .inputOutput }
    return report.findings.isEmpty ? .success : .findings
}

/// Writes what is sound in the store into a new one, and says what that is and what is lost.
func repair(_ settings: StartSettings, to target: String) throws(Refusal) -> ExitStatus {
    let folder = try settings.storeFolder()
    let report: RepairReport
    do throws(StorageError) {
        report = try JournalStore.repair(folder, to: target, clock: wallClock)
    } catch {
        throw settings.refusal(of: folder, "no new store in \"\(target)\"", error)
    }
    var text = report.findings.text + report.loss.text
    for (resource, version) in report.successors {
        text += "\(resource) goes on with version \(version), as its newest one is lost\n"
    }
    if report.tornTail > 0 {
        text += "\(report.tornTail) bytes of a write that was never acknowledged are not in it\n"
    }
    text += "\(target): \(report.saved) versions saved, \(report.resources) resources; verified\n"
    guard say(text, to: STDOUT_FILENO) else { return .inputOutput }
    return report.loss.isNothing ? .success : .findings
}

extension StartSettings {
    /// Why a store could not be copied: the setting where the store is the reason, and else the folder to be.
    fileprivate func refusal(of folder: String, _ what: String, _ error: StorageError) -> Refusal {
        switch error {
        case .missing(folder), .unknownFormat, .damaged, .locked(folder, _): refusal(.store(folder: folder, error))
        case .locked: Refusal(.unavailable, "\(what): \(error)")
        default: Refusal(.inputOutput, "\(what): \(error)")
        }
    }
}

extension [JournalFlaw] {
    /// A line for each, and one for each thing that is lost by it.
    var text: String {
        map { flaw in ([flaw.description] + flaw.lost.map { "  \($0)" }).map { "\($0)\n" }.joined() }.joined()
    }
}

extension LossReport {
    /// What is lost and belongs to no flaw, and a line about all of it.
    var text: String {
        guard !isNothing else { return "" }
        var text = elsewhere.map { "in one of these places: \($0)\n" }.joined()
        text += "lost: \(versions) versions that can be named, \(newest) of them the newest of a resource"
        if untold > 0 { text += "; and what cannot be told, at \(untold) of these places" }
        return text + "\n"
    }
}
