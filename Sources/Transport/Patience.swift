/// How long to wait for something: a duration turned into nanoseconds once, since that is not for free.
package struct Patience: Sendable {
    let nanoseconds: UInt64

    init(nanoseconds: UInt64) {
        self.nanoseconds = nanoseconds
    }

    /// A negative duration is none.
    package init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let (product, overflows) = UInt64(max(0, seconds)).multipliedReportingOverflow(by: 1_000_000_000)
        nanoseconds = overflows ? .max : product.addingClamped(UInt64(max(0, attoseconds)) / 1_000_000_000)
    }
}
