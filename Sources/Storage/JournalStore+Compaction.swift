import Dispatch
import FHIR
import Synchronization

/// A compaction has three steps: on the store's queue a new segment begins; beside it, the base and the segments that
/// are sealed by that become a new base; on the queue again it takes their place. Whenever the process or the machine
/// ends, either the old files are the store or the new ones.
extension JournalStore {
    /// Takes all segments into a base now.
    ///
    /// - Throws: `unavailable` while another compaction runs, and `full`, `disk`, `damaged`: then nothing has changed.
    package func compact() async throws(StorageError) -> CompactionReport {
        let result: Result<CompactionReport, StorageError> = await withCheckedContinuation { done in
            queue.async {
                self.desk.withLock { desk in
                    guard !desk.compaction.isRunning, !self.isClosing.load(ordering: .acquiring) else {
                        let reason = "a compaction is running already, or the store is being closed"
                        return done.resume(returning: .failure(.unavailable(reason)))
                    }
                    self.begin(&desk) { done.resume(returning: $0) }
                }
            }
        }
        return try result.get()
    }

    /// Begins one where there is enough for it.
    func considerCompaction(_ desk: inout Desk) {
        let bytes = desk.compaction.sealedBytes + desk.writer.length
        guard bytes > desk.compaction.limit(settings), !desk.compaction.isRunning,
            !isClosing.load(ordering: .acquiring)
        else { return }
        // One that fails is not tried again with every batch.
        desk.compaction.retry = bytes + settings.least
        begin(&desk) { result in
            // That one was ended is no news.
            if !self.isClosing.load(ordering: .acquiring) { self.settings.report(result) }
        }
    }

    /// Ends one that runs, with nothing changed, and returns when none begins or runs any more. What it has still to do
    /// stands on the store's queue then.
    func stopCompaction() async {
        isClosing.store(true, ordering: .releasing)
        for queue in [queue, compacting] {
            await withCheckedContinuation { done in queue.async { done.resume() } }
        }
    }

    private func begin(
        _ desk: inout Desk, _ done: @escaping @Sendable (Result<CompactionReport, StorageError>) -> Void
    ) {
        let plan: CompactionPlan
        do throws(StorageError) {
            try seal(&desk)
            plan = CompactionPlan(
                folder: folder, disk: disk, base: desk.compaction.base, sealed: desk.compaction.sealed,
                boundary: desk.compaction.boundary)
        } catch {
            noteStop(of: desk.writer)
            return done(.failure(error))
        }
        desk.compaction.isRunning = true
        compacting.async {
            let result = Result { () throws(StorageError) in
                try plan.write(self.settings.history) { !self.isClosing.load(ordering: .acquiring) }
            }
            // A store that closes waits for this queue and then for that one.
            self.queue.async {
                let end = Result { () throws(StorageError) in
                    try self.desk.withLock { desk throws(StorageError) in
                        desk.compaction.isRunning = false
                        let report = try result.get()
                        try self.adopt(plan, report, &desk)
                        return report
                    }
                }
                if case .failure = end { try? self.disk.remove(plan.path + StoreFiles.unfinished) }
                done(end)
            }
        }
    }

    /// Lets a new segment begin, unless the last one has no commit.
    private func seal(_ desk: inout Desk) throws(StorageError) {
        try desk.writer.seal()
        let behind = desk.writer.sequence
        guard behind > desk.compaction.boundary.position.sequence else { return }
        let path = "\(folder)/\(StoreFiles.segment(behind: behind))"
        let header = Journal.header(after: desk.writer.chain)
        do throws(DiskFault) {
            let new = try disk.open(path + StoreFiles.unfinished, for: .creating)
            try new.truncate(to: 0)
            try new.writeAll(header.span, at: 0)
            try new.sync()
            try disk.rename(path + StoreFiles.unfinished, to: path)
        } catch {
            try? disk.remove(path + StoreFiles.unfinished)
            throw .writing(error)
        }
        do {
            try disk.syncFolder(folder)
            let new = try disk.open(path, for: .writing)
            try lock.withLock { try $0?.hold(path, on: disk, in: folder) }
            desk.compaction.sealed.append(.init(file: desk.writer.file, bytes: desk.writer.length))
            desk.compaction.boundary = .init(
                position: JournalPosition(sequence: behind, running: LineChain(after: desk.writer.chain)),
                time: desk.lastUpdated)
            desk.writer.goOn(in: new, behind: header)
            view.withLock { $0.past.begin(Past.Segment(behind: behind, file: new, length: header.count)) }
        } catch {
            // It has its name, but for how long? What would be written behind it could be lost with it.
            desk.writer.stop("\(error): a new segment could not be made durable; restart the server")
            throw error as? StorageError ?? .unavailable("\(error)")
        }
    }

    /// Puts the new base in the place of the files that it was made of.
    private func adopt(
        _ plan: CompactionPlan, _ report: CompactionReport, _ desk: inout Desk
    ) throws(StorageError) {
        guard !isClosing.load(ordering: .acquiring) else { throw .unavailable("the store is closed") }
        try desk.writer.checkPlace()
        let file: any DiskFile
        do throws(DiskFault) {
            try disk.rename(plan.path + StoreFiles.unfinished, to: plan.path)
            file = try disk.open(plan.path, for: .reading)
            try disk.syncFolder(folder)
        } catch {
            throw .writing(error)
        }
        let end = plan.boundary.position
        let base = StoreReader.BaseExtent(
            file: file, commits: end.sequence, bytes: report.bytes, chain: end.running.checksum)
        desk.compaction.base = base
        desk.compaction.sealed.removeFirst(plan.sealed.count)
        desk.compaction.retry = 0
        // What it holds of each version goes when no reader waits for the lock.
        _ = view.withLock { $0.past.adopt(base, insteadOf: plan.sealed.count) }
        // What cannot be removed now is removed at the next start, and what is somebody else's by now is not.
        if let old = plan.base, old.commits != end.sequence, (try? old.file.isInPlace()) == true {
            try? disk.remove(old.file.path)
        }
        for segment in plan.sealed where (try? segment.file.isInPlace()) == true {
            try? disk.remove(segment.file.path)
        }
    }
}
