import Foundation
import Glibc

/// A mounted secret volume, written as Kubernetes' atomic writer does: the files of one state in a folder of their own,
/// the link `..data` to it, which is renamed into place, and a link `name -> ..data/name` for each file. A file may lie
/// one folder deeper (`alias/0`); then the link is that folder's (`alias -> ..data/alias`).
final class SecretVolume {
    /// Where it is mounted for whoever swaps it.
    var path: String
    private var files: [String: [UInt8]] = [:]
    private var current: String?
    private var swaps = 0

    init(at path: String, _ files: [String: String]) throws {
        self.path = path
        try Self.call("mkdir", unsafe mkdir(path, 0o755))
        try swap(files)
    }

    /// Where a reader finds a secret.
    func at(_ name: String) -> String { "\(path)/\(name)" }

    func swap(_ changes: [String: String], at moment: (() throws -> Void) throws -> Void = { try $0() }) throws {
        try swap(changes.mapValues { Array($0.utf8) }, at: moment)
    }

    /// Publishes a state in which these files are changed and all others as they were. In this order:
    ///
    /// 1. A new folder, named by the time, gets all files.
    /// 2. `..data_tmp` links to it and is renamed over `..data`: the moment of the change.
    /// 3. The links that readers open are made where they are missing.
    /// 4. The old folder goes.
    ///
    /// - Parameter moment: is handed the rename of step 2, and makes it.
    func swap(_ changes: [String: [UInt8]], at moment: (() throws -> Void) throws -> Void = { try $0() }) throws {
        files.merge(changes) { $1 }
        swaps += 1
        let nanoseconds = String(swaps + 1_000_000_000).dropFirst()
        let folder = "..2026_11_24_11_14_02.\(nanoseconds)"
        try Self.call("mkdir", unsafe mkdir(at(folder), 0o755))
        for name in subfolders { try Self.call("mkdir", unsafe mkdir("\(at(folder))/\(name)", 0o755)) }
        for (name, bytes) in files { try Self.write(bytes, to: "\(at(folder))/\(name)") }
        try Self.call("symlink", unsafe symlink(folder, at("..data_tmp")))
        try moment { try Self.call("rename", unsafe rename(at("..data_tmp"), at("..data"))) }
        for name in Set(files.keys.map(Self.top)) where unsafe access(at(name), F_OK) != 0 {
            unsafe unlink(at(name))
            try Self.call("symlink", unsafe symlink("..data/\(name)", at(name)))
        }
        if let current {
            for name in files.keys { unsafe unlink("\(at(current))/\(name)") }
            for name in subfolders { unsafe rmdir("\(at(current))/\(name)") }
            try Self.call("rmdir", unsafe rmdir(at(current)))
        }
        current = folder
    }

    private var subfolders: Set<String> { Set(files.keys.filter { $0.contains("/") }.map(Self.top)) }

    private static func top(_ name: String) -> String { String(name.prefix { $0 != "/" }) }

    /// Writes over a file where it stands, to the same number of bytes, and sets its time back: only the inode's
    /// change time tells.
    func overwriteUnseen(_ name: String, with value: String) throws {
        var before = stat()
        try Self.call("stat", unsafe stat(at(name), &before))
        guard before.st_size == value.utf8.count else { throw HarnessFault("\(value) is not of the same size") }
        try Self.write(Array(value.utf8), to: at(name))
        var times = [before.st_atim, before.st_mtim]
        try Self.call("utimensat", unsafe utimensat(AT_FDCWD, at(name), &times, 0))
    }

    /// Waits until a file's last change is some time ago.
    func rest(_ name: String, for age: TimeInterval = 0.05) throws {
        let isOld = try eventually(within: .seconds(5)) {
            var status = stat()
            try Self.call("stat", unsafe stat(at(name), &status))
            let changed = Double(status.st_ctim.tv_sec) + Double(status.st_ctim.tv_nsec) / 1e9
            return Date().timeIntervalSince1970 - changed > age
        }
        guard isOld else { throw HarnessFault("\(name) keeps changing") }
    }

    private static func write(_ bytes: [UInt8], to path: String) throws {
        let descriptor = unsafe openat(AT_FDCWD, path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
        try call("open", descriptor)
        defer { close(descriptor) }
        let written = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
        guard written == bytes.count else { throw HarnessFault("wrote \(written) of \(bytes.count) bytes to \(path)") }
        // Whatever the umask says.
        try call("fchmod", fchmod(descriptor, 0o644))
    }

    private static func call(_ name: String, _ result: Int32) throws {
        guard result >= 0 else { throw HarnessFault("\(name): \(unsafe String(cString: strerror(errno)))") }
    }
}
