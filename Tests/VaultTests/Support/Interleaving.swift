import Dispatch
import Synchronization
import Vault

/// In the first request's last pause the file appears, a second request finds it, and it vanishes again.
final class FindingDuringPause: Sendable {
    let resolver = Mutex<SecretResolver?>(nil)
    let config: VaultConfig
    private let files: ScriptedFiles
    private let path: String

    init(files: ScriptedFiles, path: String) {
        self.files = files
        self.path = path
        config = VaultConfig(
            secrets: [
                VaultConfig.Secret(
                    name: SecretName("client-secret"), path: path, scopes: [SecretScope(resourceType: "Client")])
            ], folder: "/")
    }

    func take(_ duration: Duration) async {
        guard duration == Pauses.all.last, let resolver = resolver.withLock({ $0 }) else { return }
        files.change { $0.place("value", at: path) }
        _ = await resolver.verdict(on: "value")
        files.change { $0.remove(path) }
    }
}

/// In the middle of the first read the file is replaced, and another request reads the new one to its end.
final class InterleavingFiles: FileSystem {
    let disk = ScriptedFiles(["/secret": "old"])
    let resolver = Mutex<SecretResolver?>(nil)

    func identity(of path: FilePath) throws(Errno) -> FileIdentity { try disk.identity(of: path) }
    func realPath(of path: FilePath) throws(Errno) -> String { try disk.realPath(of: path) }
    func now() -> FileTime { disk.now() }

    func open(_ path: FilePath) throws(Errno) -> any OpenFile & ~Copyable {
        let file = try disk.open(path)
        if disk.count(.open) == 1, let resolver = resolver.withLock({ $0 }) {
            disk.change { $0.place("new", at: "/secret") }
            let isDone = DispatchSemaphore(value: 0)
            Task.detached {
                _ = await resolver.verdict(on: "new")
                isDone.signal()
            }
            isDone.wait()
        }
        return file
    }
}
