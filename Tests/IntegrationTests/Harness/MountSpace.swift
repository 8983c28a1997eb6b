import Foundation
import Glibc

/// A file system of its own, mounted where nobody else sees it: in a mount namespace that a sleeping process holds.
/// When this value goes, no mount and no loop device is left; should the test be killed, they go with the last process
/// inside.
final class MountSpace: Sendable {
    enum FileSystem: String {
        case tmpfs
        /// On a loop device over a file in the temporary folder.
        case ext4, xfs
    }

    /// Whether they can be had here: it takes root, loop devices and their `mkfs`.
    static let hasTmpfs = (try? MountSpace(.tmpfs)) != nil
    static let hasExt4 = (try? MountSpace(.ext4)) != nil
    static let hasXFS = (try? MountSpace(.xfs)) != nil

    private let folder: TemporaryFolder
    private let holder: ChildProcess
    private let mounting: [String]

    /// Where it is mounted, for those inside.
    var point: String { folder.at("mounted") }
    /// The same place for this process.
    var seen: String { outside(point) }

    /// Where this process sees what is at a path inside.
    func outside(_ path: String) -> String { "/proc/\(holder.pid)/root\(path)" }

    /// - Parameters:
    ///   - size: bytes of a tmpfs.
    ///   - options: of the mount.
    init(_ system: FileSystem, size: Int = 4 << 20, options: String = "defaults") throws {
        folder = try TemporaryFolder()
        let image = folder.at("image")
        try FileManager.default.createDirectory(atPath: folder.at("mounted"), withIntermediateDirectories: true)
        switch system {
        case .tmpfs:
            mounting = ["mount", "-t", "tmpfs", "-o", "size=\(size)", "keyward", folder.at("mounted")]
        case .ext4, .xfs:
            // mkfs.xfs makes none that is smaller; the file has holes.
            guard FileManager.default.createFile(atPath: image, contents: nil),
                unsafe truncate(image, 320 << 20) == 0
            else { throw HarnessFault("no image: \(errno)") }
            mounting = ["mount", "-t", system.rawValue, "-o", "loop,\(options)", image, folder.at("mounted")]
        }
        holder = try ChildProcess([
            "/usr/bin/unshare", "--mount", "--propagation", "private", "/bin/sh", "-c", "echo ready && exec sleep 1200",
        ])
        guard eventually(within: .seconds(5), { holder.standardOutput == "ready\n" || holder.ended() != nil }),
            holder.ended() == nil
        else { throw HarnessFault("no mount namespace: \(holder.standardError)") }
        if system != .tmpfs { try run(["mkfs.\(system.rawValue)", "-q", image]) }
        try mount()
    }

    /// The words that run a program inside.
    func program(_ words: [String]) -> [String] {
        ["/usr/bin/nsenter", "--mount=/proc/\(holder.pid)/ns/mnt", "--"] + words
    }

    /// Runs one that must succeed.
    @discardableResult
    func run(_ words: [String]) throws -> String {
        let path = "\(ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"):/usr/sbin:/sbin"
        let report = try ChildProcess.run(program(["/usr/bin/env", "PATH=\(path)"] + words))
        guard report.status == 0 else { throw HarnessFault("\(words.joined(separator: " ")): \(report.errors)") }
        return report.output
    }

    func keyward(_ arguments: [String]) throws -> ChildProcess.Report {
        try ChildProcess.run(program([try KeywardBinary.path()] + arguments))
    }

    func mount() throws { try run(mounting) }

    func unmount() throws {
        // A process that was killed lets go of its files a moment later.
        guard eventually(within: .seconds(10), { (try? run(["umount", point])) != nil }) else {
            throw HarnessFault("\(point) is busy")
        }
    }

    /// Ends all writing to the device in the middle of whatever is written (FS_IOC_SHUTDOWN, without a flush of the
    /// file system's own log): what is not on it by now will never be.
    func cutPower() throws {
        let descriptor = unsafe open(seen, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw HarnessFault("\(seen): \(errno)") }
        defer { close(descriptor) }
        var withoutLogFlush: UInt32 = 2
        guard unsafe ioctl(descriptor, 0x8004_587D, &withoutLogFlush) == 0 else {
            throw HarnessFault("FS_IOC_SHUTDOWN: \(errno)")
        }
    }
}
