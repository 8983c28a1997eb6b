internal import Glibc
internal import SwiftOverlayShims

/// A point on the system's monotonic clock, which says nothing but what came before what.
package struct Moment: Sendable, Comparable {
    let nanoseconds: UInt64

    package init(nanoseconds: UInt64) {
        self.nanoseconds = nanoseconds
    }

    /// After every look: whoever asks since then has the file looked at.
    package static let latest = Moment(nanoseconds: .max)
    static let earliest = Moment(nanoseconds: 0)

    package static func now() -> Moment {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Moment(nanoseconds: UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec))
    }

    func duration(to later: Moment) -> Duration {
        .nanoseconds(Int64(clamping: later.nanoseconds) - Int64(clamping: nanoseconds))
    }

    package static func < (left: Moment, right: Moment) -> Bool {
        left.nanoseconds < right.nanoseconds
    }
}
