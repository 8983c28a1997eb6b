import Glibc
import Vault

/// Sets the time of modification, as anyone may; the kernel's time of change moves. True when that worked.
///
/// In a file of its own: beside Foundation the compiler now and then takes `timespec` for a type of another module.
func setModified(_ modified: FileTime, of path: String) -> Bool {
    var time = timespec()
    time.tv_sec = Int(modified.seconds)
    time.tv_nsec = Int(modified.nanoseconds)
    return unsafe utimensat(AT_FDCWD, path, [time, time], 0) == 0
}
