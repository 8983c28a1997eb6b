import FHIR
import Synchronization

/// Counts the changes of system resources, for whoever keeps what it understood of them.
final class SystemRevision: Sendable {
    private let count = Atomic<UInt64>(0)

    var number: UInt64 { count.load(ordering: .acquiring) }

    /// To be called while readers are still kept from a version that was recorded: whoever can read it finds another
    /// number, and whoever finds that reads it.
    func note(_ version: StoredVersion) {
        if version.key.type.kind == .system { count.wrappingAdd(1, ordering: .acquiringAndReleasing) }
    }
}
