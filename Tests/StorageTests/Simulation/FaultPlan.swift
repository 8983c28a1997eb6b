/// What goes wrong in one life of a process, by the number of its call to the disk, from 1.
struct FaultPlan: Sendable {
    /// In this call the process ends: no answer arrives, and every later call throws.
    var end: Int?
    /// These calls fail, with this error number.
    var failures: [Int: Int32] = [:]
    /// So many writes in a hundred are short.
    var shortWrites = 0
    /// After so many bytes the disk is full: one write is short, a few find no room, and then there is room again.
    var room: Int?

    static let none = FaultPlan()
}
