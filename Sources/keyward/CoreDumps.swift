import CLinux
import Glibc

/// Keeps this process's memory, which holds secrets, to itself: the kernel writes no core file of it, whatever the
/// system does with them, and no other process of the same user may trace it or read its memory and environment in
/// `/proc`. Root still may.
func forbidCoreDumps() {
    // Either call alone would do for a core file; a program that cores are piped to does not heed the limit.
    var none = rlimit(rlim_cur: 0, rlim_max: 0)
    _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
    _ = prctl_set_dumpable(0)
}
