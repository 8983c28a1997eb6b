import Testing

@testable import Vault

@Suite struct FileWayTests {
    /// A volume as kubelet lays it out, and some ways that lead astray.
    private let volume = PlayedAttributes(
        folders: ["/run", "/run/secrets", "/run/secrets/..1", "/closed", "/etc"],
        files: ["/run/secrets/..1/a", "/etc/file"],
        links: [
            "/run/secrets/..data": "..1", "/run/secrets/a": "..data/a", "/etc/link": "/run/secrets/./a",
            "/etc/gone": "../run/secrets/..2/a", "/etc/loop": "loop",
        ],
        closed: ["/closed"])

    @Test func itFollowsEveryLinkAndNamesEachFolderOnce() {
        let way = FileWay(to: "/etc//link", volume)
        #expect(way.folders.map(\.path) == ["/", "/etc", "/run", "/run/secrets", "/run/secrets/..1"])
        #expect(
            way.end == .found(path: "/run/secrets/..1/a", FileAttributes(kind: .file, permissions: 0o600)))
    }

    @Test(arguments: [
        ("/etc/nothing", FileWay.End.missing(path: "/etc/nothing", isFolder: false)),
        ("/nowhere/nothing", .missing(path: "/nowhere", isFolder: true)),
        ("/etc/gone", .missing(path: "/run/secrets/..2", isFolder: true)),
        ("/closed/a", .closed(folder: "/closed")),
        ("/etc/loop", .lost(path: "/etc/loop", Errno(code: 40))),
        ("/etc/file/a", .lost(path: "/etc/file", Errno(code: 20))),
        ("/run/secrets/..1/..", .found(path: "/run/secrets", FileAttributes(kind: .folder, permissions: 0o755))),
        ("/../..", .found(path: "/", FileAttributes(kind: .folder, permissions: 0o755))),
    ]) func whatStopsItIsNamed(path: String, end: FileWay.End) {
        #expect(FileWay(to: path, volume).end == end)
    }

    @Test func aRealVolumeIsWalkedToTheFileOfItsGeneration() throws {
        let volume = try KubernetesVolume(["a": "value"])
        let way = FileWay(to: volume.folder("a"), PosixAttributes())
        let real = try PosixFiles().realPath(of: FilePath(volume.folder("a")))
        guard case .found(real, let attributes) = way.end else {
            Issue.record("\(way.end)")
            return
        }
        #expect(attributes.kind == .file && attributes.links == 1)
        let folders = [volume.folder.path, volume.folder("..generation-1")].map(resolved)
        #expect(way.folders.map(\.path).suffix(2) == folders)
    }

    private func resolved(_ path: String) -> String {
        (try? PosixFiles().realPath(of: FilePath(path))) ?? ""
    }
}
