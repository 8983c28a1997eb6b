internal import Glibc

/// A point on the system's monotonic clock: cheap to take and to compare on every request.
package struct Deadline: Sendable, Comparable {
    /// Since some moment in the past that stays the same while the system runs.
    package let nanoseconds: UInt64

    /// A deadline that never comes.
    package static let never = Deadline(nanoseconds: .max)

    package static func now() -> Deadline {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Deadline(nanoseconds: UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec))
    }

    package static func after(_ patience: Patience) -> Deadline {
        now().advanced(by: patience)
    }

    package func advanced(by patience: Patience) -> Deadline {
        Deadline(nanoseconds: nanoseconds.addingClamped(patience.nanoseconds))
    }

    /// Nanoseconds since `earlier`, 0 when that is later.
    package func nanoseconds(since earlier: Deadline) -> UInt64 {
        nanoseconds > earlier.nanoseconds ? nanoseconds - earlier.nanoseconds : 0
    }

    package static func < (left: Deadline, right: Deadline) -> Bool {
        left.nanoseconds < right.nanoseconds
    }
}

extension UInt64 {
    func addingClamped(_ other: UInt64) -> UInt64 {
        let (sum, overflows) = addingReportingOverflow(other)
        return overflows ? .max : sum
    }
}
