import Foundation
import Glibc

/// A file system that a storm rages on.
enum Ground: String, Sendable {
    /// That of the temporary folder.
    case temporary
    case tmpfs
    /// An overlay that only the server's mount namespace has, its lower layer holding the first state.
    case overlay

    static let memory = "/dev/shm"

    /// Whether the temporary folder may be the layers of an overlay here.
    static let canOverlay: Bool = {
        guard getuid() == 0, let folder = try? TemporaryFolder() else { return false }
        let report = try? ChildProcess.run(overlaid(["/bin/true"], in: folder))
        return report?.status == 0
    }()

    static var hasMemory: Bool { name(of: memory) == "tmpfs" }

    /// The words that run a program which sees `merged` in the folder: `lower` with all changes in `upper`.
    static func overlaid(_ program: [String], in folder: TemporaryFolder) throws -> [String] {
        for layer in ["lower", "upper", "work", "merged"] {
            try FileManager.default.createDirectory(atPath: folder.at(layer), withIntermediateDirectories: true)
        }
        let mount = #"cd "$0" && mount -t overlay keyward -o lowerdir=lower,upperdir=upper,workdir=work merged"#
        return ["/usr/bin/unshare", "--mount", "/bin/sh", "-c", #"\#(mount) && exec "$@""#, folder.path] + program
    }

    /// What `stat -f` calls the file system at a path; ext4 has one name with its forerunners there, "ext2/ext3".
    static func name(of path: String) -> String {
        let report = try? ChildProcess.run(["/usr/bin/stat", "-f", "-c", "%T", path])
        return report?.output.split(separator: "\n").first.map(String.init) ?? "unknown"
    }
}
