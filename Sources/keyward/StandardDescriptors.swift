import Glibc

/// Opens `/dev/null` on each of the three standard descriptors that is closed. Otherwise the next file that is opened
/// would get its number, and what is meant for standard output or error would be written into the store. For reading
/// alone, so that a write still fails and whoever must know of it does: the audit log, or a command that prints.
func fillStandardDescriptors() {
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
        // The lowest free number is this one, since those below it are open by now.
        _ = unsafe open("/dev/null", O_RDONLY)
    }
}
