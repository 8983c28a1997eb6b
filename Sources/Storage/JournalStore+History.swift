import Dispatch
package import FHIR
import Synchronization

/// Old versions are read from the files beside everything else: on a queue of their own, one request after the other,
/// from a look that is taken in a moment and waits for no sync.
extension JournalStore {
    package func version(_ number: Int, of key: ResourceKey) async throws(StorageError) -> StoredVersion? {
        guard number >= 1, let trail = trail(of: key, from: number, versions: 1), number <= trail.current.version
        else { return nil }
        if number == trail.current.version { return trail.current }
        return try await read { () throws(StorageError) in try trail.version(number) }
    }

    package func history(of key: ResourceKey, _ page: HistoryPage) async throws(StorageError) -> History? {
        guard let trail = trail(of: key, from: page.newest, versions: page.versions) else { return nil }
        if trail.current.version == 1 { return try trail.history(page) }
        return try await read { () throws(StorageError) in try trail.history(page) }
    }

    private func trail(of key: ResourceKey, from newest: Int, versions: Int) -> Trail? {
        view.withLock { view in
            view.index.current(key).map { view.past.trail(of: $0, from: newest, versions: versions) }
        }
    }

    private func read<Found: Sendable>(
        _ body: @escaping @Sendable () throws(StorageError) -> Found
    ) async throws(StorageError) -> Found {
        let result: Result<Found, StorageError> = await withCheckedContinuation { done in
            reading.async { done.resume(returning: Result { () throws(StorageError) in try body() }) }
        }
        return try result.get()
    }
}
