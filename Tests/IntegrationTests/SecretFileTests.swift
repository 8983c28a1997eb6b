import Foundation
import Glibc
import Testing

/// Files that are no secret.
@Suite struct SecretFileTests {
    enum Kind: String, CaseIterable, Sendable {
        case missing, empty, onlyANewline, folder, fifo, socket, linkLoop, danglingLink, device, null, noValue, nul
        case tenMebibytes, mode000
    }

    @Test(arguments: Kind.allCases)
    func aFileThatIsNoSecretIsADenialAtOnceAndAWarning(kind: Kind) throws {
        if kind == .mode000 && !KeywardBinary.canBeBound { return }
        let program = kind == .mode000 ? try KeywardBinary.boundByPermissions() : nil
        let site = try Site(
            secrets: [:], config: #""client-secret": {"path": "file", "scope": "Client/basic"}"#,
            arguments: ["--store", "memory:"], program: program)
        try site.put(ClientBody.text())
        let path = site.folder.at("file")
        let listener = try Self.make(kind, at: path)
        defer { if let listener { close(listener) } }

        // Whatever somebody might think the value is.
        let passwords = ["", "null", "<no value>", "\n", "super", "a", String(repeating: "a", count: 1_000)]
        for password in passwords {
            let start = ContinuousClock.now
            #expect(try site.status("basic", password) == 401, "\(kind) with \(password.debugDescription.prefix(20))")
            #expect(ContinuousClock.now - start < .seconds(2), "\(kind)")
        }
        #expect(site.server.isRunning)
        // A health answer is never older than a second.
        var status: String?
        #expect(
            eventually(within: .seconds(3)) {
                status = (try? site.http.get("/health").json)?["status"] as? String
                return status == "warn"
            }, "\(kind): \(status ?? "none")")
        #expect(try site.http.get("/health").status == 200)

        // A good file in its place counts at once.
        unsafe remove(path)
        try site.folder.write(Site.secret, to: "file")
        #expect(try site.status() == 200, "\(kind)")
    }

    /// Makes the file; for a socket, the descriptor that holds it.
    private static func make(_ kind: Kind, at path: String) throws -> Int32? {
        var result: Int32 = 0
        switch kind {
        case .missing: break
        case .empty: try write("", to: path)
        case .onlyANewline: try write("\n", to: path)
        case .folder: result = unsafe mkdir(path, 0o755)
        case .fifo: result = unsafe mkfifo(path, 0o644)
        case .socket: return try listen(at: path)
        case .linkLoop: result = unsafe symlink(path, path)
        case .danglingLink: result = unsafe symlink(path + "-gone", path)
        case .device: result = unsafe symlink("/dev/zero", path)
        case .null: try write("null", to: path)
        case .noValue: try write("<no value>\n", to: path)
        case .nul: try write("a\u{0}b", to: path)
        case .tenMebibytes: try write(String(repeating: "a", count: 10 << 20), to: path)
        case .mode000:
            try write("super", to: path)
            result = unsafe chmod(path, 0)
        }
        guard result == 0 else { throw HarnessFault("\(kind): \(unsafe String(cString: strerror(errno)))") }
        return nil
    }

    private static func write(_ text: String, to path: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    }

    private static func listen(at path: String) throws -> Int32 {
        let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8) + [0]
        guard bytes.count <= 108 else { throw HarnessFault("\(path) is too long for a socket") }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
        let bound = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard bound == 0 else { throw HarnessFault("bind: \(errno)") }
        return descriptor
    }
}
