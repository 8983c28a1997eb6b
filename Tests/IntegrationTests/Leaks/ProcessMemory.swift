import Foundation
import Glibc

/// The memory of a process, as a core file would hold it: all that it may write, read by root.
struct ProcessMemory {
    private let pid: pid_t
    private static let block = 4_194_304

    init(of pid: pid_t) { self.pid = pid }

    /// Whether this user may look into processes that are not dumpable: CAP_SYS_PTRACE, which root may lack.
    static let canBeRead: Bool = {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("CapEff:") }
        let capabilities = line?.split(separator: "\t").last.flatMap { UInt64($0, radix: 16) } ?? 0
        return capabilities & (1 << 19) != 0
    }()

    /// Every place that holds one of the needles.
    func places(of needles: [Needle]) throws -> [String] {
        let maps = try String(contentsOfFile: "/proc/\(pid)/maps", encoding: .utf8)
        let descriptor = unsafe open("/proc/\(pid)/mem", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw HarnessFault("the memory of \(pid) cannot be read: \(errno)") }
        defer { close(descriptor) }
        var found: [String] = []
        var total = 0
        var buffer = [UInt8](repeating: 0, count: Self.block)
        for line in maps.split(separator: "\n") {
            let words = line.split(separator: " ")
            let bounds = words[0].split(separator: "-").compactMap { Int($0, radix: 16) }
            guard words[1].hasPrefix("rw"), bounds.count == 2 else { continue }
            let region = words.count > 5 ? String(words[5]) : "anonymous"
            var at = bounds[0]
            while at < bounds[1] {
                let count = unsafe pread(descriptor, &buffer, min(buffer.count, bounds[1] - at), at)
                guard count > 0 else { break }
                total += count
                found += unsafe buffer.withUnsafeBytes { bytes in
                    let hay = unsafe UnsafeRawBufferPointer(rebasing: bytes[..<count])
                    return needles.flatMap { unsafe $0.places(in: hay) }.map { "\(region) holds \($0)" }
                }
                // What lies across two blocks is found in the second.
                at += count < buffer.count ? count : count - 64
            }
        }
        guard total > 1_048_576 else { throw HarnessFault("only \(total) bytes of \(pid) could be read") }
        return found
    }
}
