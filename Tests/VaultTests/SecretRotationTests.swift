import Foundation
import Synchronization
import Testing
import Vault

/// A real disk with a clock that runs a minute ahead, so that every value counts as settled and is kept: the harder
/// case for staleness, and one that needs no waiting.
private struct HastyFiles: FileSystem {
    private let files = PosixFiles()

    func identity(of path: FilePath) throws(Errno) -> FileIdentity { try files.identity(of: path) }
    func open(_ path: FilePath) throws(Errno) -> any OpenFile & ~Copyable { try files.open(path) }
    func realPath(of path: FilePath) throws(Errno) -> String { try files.realPath(of: path) }
    func now() -> FileTime {
        let now = files.now()
        return FileTime(seconds: now.seconds + 60, nanoseconds: now.nanoseconds)
    }
}

private final class Storm: Sendable {
    let isOver = Atomic(false)
}

@Suite struct SecretRotationTests {
    /// The usual disk, and memory.
    static let fileSystems = [NSTemporaryDirectory(), "/dev/shm"].filter {
        FileManager.default.isWritableFile(atPath: $0)
    }

    @Test(arguments: fileSystems)
    func aThousandSwapsOfAVolumeAreSeenByTheVeryNextRequest(parent: String) async throws {
        let volume = try KubernetesVolume(["client-secret": "value-0000"], in: parent)
        let resolver = SecretResolver(path: volume.folder("client-secret"), roots: [volume.folder.path])
        #expect(await resolver.verdict(on: "value-0000") == .admitted)
        var wrong = 0
        for round in 1...1_000 {
            // The same length each time, so that nothing but the identity tells.
            let value = String(format: "value-%04d", round)
            let old = String(format: "value-%04d", round - 1)
            try volume.swap(to: ["client-secret": value])
            if await resolver.verdict(on: old) != .refused { wrong += 1 }
            if await resolver.verdict(on: value) != .admitted { wrong += 1 }
        }
        #expect(wrong == 0)
    }

    @Test(arguments: fileSystems)
    func swapsOfAnotherFileUnderLoadDenyNobody(parent: String) async throws {
        let volume = try KubernetesVolume(["client-secret": "value", "other": "0"], in: parent)
        let resolver = SecretResolver(
            config: VaultConfig(
                secrets: [
                    VaultConfig.Secret(
                        name: SecretName("client-secret"), path: volume.folder("client-secret"),
                        scopes: [SecretScope(resourceType: "Client")])
                ], folder: volume.folder.path),
            files: PosixFiles(), sleep: { try? await Task.sleep(for: $0) })
        let storm = Storm()
        let (denied, asked) = try await withThrowingTaskGroup(of: (Int, Int).self) { group in
            for _ in 1...4 {
                group.addTask {
                    var denied = 0
                    var asked = 0
                    repeat {
                        if await resolver.verdict(on: "value") != .admitted { denied += 1 }
                        asked += 1
                    } while !storm.isOver.load(ordering: .relaxed)
                    return (denied, asked)
                }
            }
            // Another file of the volume changes, which moves every path of it.
            for round in 1...300 { try volume.swap(to: ["client-secret": "value", "other": "\(round)"]) }
            storm.isOver.store(true, ordering: .relaxed)
            return try await group.reduce(into: (0, 0)) { $0 = ($0.0 + $1.0, $0.1 + $1.1) }
        }
        #expect(denied == 0, "of \(asked)")
    }

    @Test func aRewriteInPlaceThatKeepsSizeAndTimeIsSeen() async throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("first".utf8, to: "secret")
        let files = HastyFiles()
        let resolver = SecretResolver(path: path, files: files)
        #expect(await resolver.verdict(on: "first") == .admitted)
        let before = try files.identity(of: FilePath(path))
        // Within one tick of the kernel's clock the times may not move; the hasty clock has skipped the rule for that.
        repeat {
            let file = try #require(FileHandle(forWritingAtPath: path))
            try file.write(contentsOf: Data("other".utf8))
            try file.close()
            try #require(setModified(before.modified, of: path))
        } while try files.identity(of: FilePath(path)).changed == before.changed
        let after = try files.identity(of: FilePath(path))
        #expect(after.modified == before.modified && after.size == before.size && after.inode == before.inode)
        #expect(await resolver.verdict(on: "first") == .refused)
        #expect(await resolver.verdict(on: "other") == .admitted)
    }

    @Test func aChangeBackToAnOlderValueIsSeen() async throws {
        let folder = try TemporaryFolder()
        for (name, value) in [("a", "older"), ("b", "newer")] { try folder.write(value.utf8, to: name) }
        try folder.link("secret", to: "a")
        let resolver = SecretResolver(path: folder("secret"), files: HastyFiles())
        for target in ["a", "b", "a", "b", "a"] {
            try folder.remove("secret")
            try folder.link("secret", to: target)
            #expect(await resolver.verdict(on: "older") == (target == "a" ? .admitted : .refused))
            #expect(await resolver.verdict(on: "newer") == (target == "b" ? .admitted : .refused))
        }
    }

    @Test func aRenameOverTheFileIsSeen() async throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("first".utf8, to: "secret")
        try folder.write("other".utf8, to: "next")
        let resolver = SecretResolver(path: path, files: HastyFiles())
        #expect(await resolver.verdict(on: "first") == .admitted)
        try #require(unsafe rename(folder("next"), path) == 0)
        #expect(await resolver.verdict(on: "first") == .refused)
        #expect(await resolver.verdict(on: "other") == .admitted)
    }

    @Test func aChangeAtTheEndOfALongChainOfLinksIsSeen() async throws {
        let folder = try TemporaryFolder()
        try folder.write("first".utf8, to: "link-0")
        try folder.write("other".utf8, to: "next")
        for number in 1...30 { try folder.link("link-\(number)", to: "link-\(number - 1)") }
        let resolver = SecretResolver(path: folder("link-30"), files: HastyFiles())
        #expect(await resolver.verdict(on: "first") == .admitted)
        try #require(unsafe rename(folder("next"), folder("link-0")) == 0)
        #expect(await resolver.verdict(on: "first") == .refused)
        #expect(await resolver.verdict(on: "other") == .admitted)
    }

    @Test func aDeletedFileDeniesAtOnceAndCountsAgainWhenItReturns() async throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("secret".utf8, to: "secret")
        let pauses = Pauses()
        let resolver = SecretResolver(path: path, files: HastyFiles(), pauses: pauses)
        #expect(await resolver.verdict(on: "secret") == .admitted)
        try folder.remove("secret")
        #expect(await resolver.verdict(on: "secret") == .failed("file-missing"))
        #expect(pauses.taken == Pauses.all)
        try folder.write("again".utf8, to: "secret")
        #expect(await resolver.verdict(on: "secret") == .refused)
        #expect(await resolver.verdict(on: "again") == .admitted)
        #expect(pauses.taken == Pauses.all)
    }
}
