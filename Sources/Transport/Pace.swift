/// How fast bytes have to move: a patience that time uses up, and that every byte gives back a part of, one second for
/// each `rate` bytes. It never grows beyond itself, so whoever moves much at once cannot rest for long on that.
///
/// A transfer of `size` bytes ends within patience + size / rate, whatever its peer does.
package struct Pace: Sendable {
    package let patience: Patience
    private let bytesPerSecond: UInt64

    package init(_ patience: Duration, bytesPerSecond: Int) {
        self.patience = Patience(patience)
        self.bytesPerSecond = UInt64(max(1, bytesPerSecond))
    }

    /// The deadline of a transfer that had `deadline` before `bytes` moved, and now it is `now`.
    package func extended(_ deadline: Deadline, by bytes: Int, at now: Deadline) -> Deadline {
        let (product, overflows) = UInt64(max(0, bytes)).multipliedReportingOverflow(by: 1_000_000_000)
        let gain = Patience(nanoseconds: overflows ? .max : product / bytesPerSecond)
        return min(deadline.advanced(by: gain), now.advanced(by: patience))
    }
}
