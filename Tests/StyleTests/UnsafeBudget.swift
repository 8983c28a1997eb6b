/// How often each file of Sources and Fuzz says `unsafe`, the word that strict memory safety asks for wherever the
/// compiler stops watching. A file that is not here says it never. The table is exact in both directions: a count that
/// grows is argued for in the change that grows it, and one that shrinks is lowered, so that it cannot grow back
/// unseen.
struct UnsafeBudget {
    let counts: [String: Int]

    static let house = UnsafeBudget(counts: [
        // Fuzz: the bytes that libFuzzer lends, getenv.
        "Fuzz/Target/Choice.swift": 3,
        "Fuzz/Target/Entry.swift": 1,
        // Access: inet_pton takes pointers.
        "Sources/Access/LoopbackName.swift": 2,
        // HTTP: bytes and StaticString to buffers; zlib's streams, and their memory that is overwritten.
        "Sources/HTTP/Bytes.swift": 3,
        "Sources/HTTP/Coding/GzipDecoder.swift": 22,
        "Sources/HTTP/Coding/GzipEncoder.swift": 14,
        "Sources/HTTP/FieldName.swift": 1,
        "Sources/HTTP/OutputSpan+Text.swift": 4,
        // Server: uname, clock_gettime, stat of a file that must not be opened.
        "Sources/Server/Auditing/Audit+Open.swift": 3,
        "Sources/Server/Clock.swift": 1,
        "Sources/Server/Inspection/AuditLogExamination.swift": 1,
        // Storage: the system calls of a disk, crc32, memchr, a StaticString's bytes.
        "Sources/Storage/Checksum.swift": 2,
        "Sources/Storage/DiskFault.swift": 3,
        "Sources/Storage/Journal.swift": 2,
        "Sources/Storage/JournalEntry.swift": 2,
        "Sources/Storage/LineSplitter.swift": 3,
        "Sources/Storage/Separator.swift": 3,
        "Sources/Storage/SystemDisk.swift": 17,
        // Telemetry: write(2), clock_gettime, and the system calls of the audit log's file.
        "Sources/Telemetry/AuditFault.swift": 1,
        "Sources/Telemetry/LineSink.swift": 4,
        "Sources/Telemetry/SystemAuditFile.swift": 8,
        "Sources/Telemetry/WallTime.swift": 1,
        // Transport: sockets, epoll, continuations resumed exactly once.
        "Sources/Transport/Address.swift": 8,
        "Sources/Transport/Connection.swift": 2,
        "Sources/Transport/Deadline.swift": 1,
        "Sources/Transport/Descriptor.swift": 1,
        "Sources/Transport/Epoll.swift": 7,
        "Sources/Transport/EventLoop.swift": 6,
        "Sources/Transport/Listener.swift": 20,
        "Sources/Transport/ProcessLimits.swift": 2,
        "Sources/Transport/ReceivedBytes.swift": 4,
        "Sources/Transport/ReceivingRoom.swift": 6,
        // OpenSSL's pointers and callbacks: whole in TLSContext and TLSSession, which end what they own.
        "Sources/Transport/TLS/PEMCertificates.swift": 11,
        "Sources/Transport/TLS/TLSContext.swift": 57,
        "Sources/Transport/TLS/TLSErrorQueue.swift": 2,
        "Sources/Transport/TLS/TLSSession.swift": 22,
        "Sources/Transport/TLS/TLSTicketKeys.swift": 6,
        "Sources/Transport/TLS/TLSWire.swift": 16,
        "Sources/Transport/TransportError.swift": 2,
        // Vault: memory that is overwritten, stat and read, lstat and statvfs.
        "Sources/Vault/Errno.swift": 1,
        "Sources/Vault/FileSystem.swift": 2,
        "Sources/Vault/Moment.swift": 1,
        "Sources/Vault/PosixAttributes.swift": 8,
        "Sources/Vault/PosixFiles.swift": 13,
        "Sources/Vault/SecretBytes.swift": 17,
        "Sources/Vault/SecretDigest.swift": 2,
        "Sources/Vault/SecretName.swift": 2,
        "Sources/Vault/SecretReader.swift": 1,
        // keyward: write(2) and read(2) of the commands, setrlimit, poll and fstat of a load's file.
        "Sources/keyward/CoreDumps.swift": 1,
        "Sources/keyward/LoadInput.swift": 4,
        "Sources/keyward/Program.swift": 2,
        "Sources/keyward/StandardDescriptors.swift": 1,
    ])

    func findings(in file: SourceFile) -> [Finding] {
        guard ["Sources", "Fuzz"].contains(file.area) else { return [] }
        let allowed = counts[file.path] ?? 0
        let lines = file.text.code.map { $0.count(ofPhrase: "unsafe") }
        let actual = lines.reduce(0, +)
        guard actual != allowed else { return [] }
        let first = lines.firstIndex { $0 > 0 } ?? 0
        let row = "\"\(file.path)\": \(actual),"
        return [
            file.finding(
                first,
                actual > allowed
                    ? "says `unsafe` \(actual) times, UnsafeBudget allows \(allowed): do without, or argue for \(row)"
                    : "says `unsafe` \(actual) times, UnsafeBudget still allows \(allowed): lower it to \(row)")
        ]
    }

    /// Rows whose file is gone.
    func findings(beside files: [SourceFile]) -> [Finding] {
        let present = Set(files.map(\.path))
        return counts.keys.filter { !present.contains($0) }.sorted().map {
            Finding(path: $0, line: 1, what: "has a row in UnsafeBudget and is gone: remove the row")
        }
    }
}
