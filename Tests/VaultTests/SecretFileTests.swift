import Foundation
import Testing
import Vault

/// What a file on a real disk is worth as a secret.
@Suite struct SecretFileTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test(arguments: [
        ("secret", "secret"),
        ("secret\n", "secret"),
        ("secret\r\n", "secret"),
        ("secret\n\n", "secret\n"),
        ("secret\r\n\r\n", "secret\r\n"),
        ("secret\n\r\n", "secret\n"),
        ("secret\r", "secret\r"),
        ("\nsecret", "\nsecret"),
        ("one\ntwo", "one\ntwo"),
        (" secret \n", " secret "),
        ("\tsecret\t", "\tsecret\t"),
        ("\u{feff}secret", "\u{feff}secret"),
        ("pässwörd 密码 🔑\n", "pässwörd 密码 🔑"),
        ("\r", "\r"),
        (" \n", " "),
        ("\n\n", "\n"),
        ("NULL", "NULL"),
        ("nullable", "nullable"),
        ("<no value>>", "<no value>>"),
        ("{\"a\": null}", "{\"a\": null}"),
    ])
    func theValueIsTheFileLessOneLineEnding(content: String, value: String) async throws {
        let resolver = SecretResolver(path: try folder.write(content.utf8, to: "secret"))
        #expect(await resolver.verdict(on: value) == .admitted)
        for other in [value + "\n", value + "\r\n", value + " ", String(value.dropLast()), content + "x"] {
            #expect(await resolver.verdict(on: other) == .refused, "\(other.debugDescription)")
        }
    }

    @Test func bytesThatAreNoTextAreAValueToo() async throws {
        let bytes: [UInt8] = [0xff, 0xfe, 0x80, 0x01]
        let resolver = SecretResolver(path: try folder.write(bytes, to: "secret"))
        #expect(await resolver.verdict(on: bytes) == .admitted)
        #expect(await resolver.verdict(on: "\u{fffd}\u{fffd}\u{fffd}\u{1}") == .refused)
    }

    @Test func sixtyFourKibibytesAreTheLimit() async throws {
        let longest = [UInt8](repeating: UInt8(ascii: "x"), count: 65_536)
        let resolver = SecretResolver(path: try folder.write(longest, to: "secret"))
        #expect(await resolver.verdict(on: longest) == .admitted)
        #expect(await resolver.verdict(on: longest.dropLast()) == .refused)
        try folder.write(longest + [UInt8(ascii: "\n")], to: "secret")
        #expect(await resolver.verdict(on: longest) == .failed("too-long"))
    }

    @Test(arguments: [
        ("", "empty"), ("\n", "empty"), ("\r\n", "empty"), ("null", "no-value"), ("null\n", "no-value"),
        ("<no value>", "no-value"), ("<no value>\r\n", "no-value"), ("\u{0}", "contains-nul"),
        ("sec\u{0}ret", "contains-nul"), ("secret\u{0}\n", "contains-nul"),
    ])
    func contentThatIsNoSecret(content: String, code: String) async throws {
        let resolver = SecretResolver(path: try folder.write(content.utf8, to: "secret"))
        for presented in [content, "", "null", "<no value>", "\n"] {
            #expect(await resolver.verdict(on: presented) == .failed(code))
        }
        try folder.write("secret".utf8, to: "secret")
        #expect(await resolver.verdict(on: "secret") == .admitted, "a secret, once it is one")
    }

    enum Oddity: CaseIterable {
        case missing, dangling, linkLoop, folder, linkToFolder, fifo, socket, device, tenMebibytes, belowAFile, longPath
    }

    private func make(_ oddity: Oddity) throws -> (path: String, code: String) {
        let path = folder("secret")
        switch oddity {
        case .missing:
            return (path, "file-missing")
        case .dangling:
            return (try folder.link("secret", to: "nowhere"), "file-missing")
        case .linkLoop:
            try folder.link("other", to: "secret")
            return (try folder.link("secret", to: "other"), "file-unreadable")
        case .folder:
            return (try folder.makeFolder("secret"), "not-a-file")
        case .linkToFolder:
            return (try folder.link("secret", to: "."), "not-a-file")
        case .fifo:
            try #require(unsafe mkfifo(path, 0o600) == 0)
            return (path, "not-a-file")
        case .socket:
            try #require(bindSocket(at: path))
            return (path, "not-a-file")
        case .device:
            return ("/dev/zero", "not-a-file")
        case .tenMebibytes:
            let bytes = [UInt8](repeating: UInt8(ascii: "x"), count: 10_485_760)
            return (try folder.write(bytes, to: "secret"), "too-long")
        case .belowAFile:
            return (try folder.write("x".utf8, to: "secret") + "/below", "file-unreadable")
        case .longPath:
            return (path + String(repeating: "x", count: 5_000), "file-unreadable")
        }
    }

    private func bindSocket(at path: String) -> Bool {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard path.utf8.count < room else { return false }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
    }

    @Test(arguments: Oddity.allCases)
    func aPathThatLeadsToNoFileIsADenialAndNeverWaits(oddity: Oddity) async throws {
        let (path, code) = try make(oddity)
        let resolver = SecretResolver(path: path)
        #expect(await resolver.verdict(on: "secret") == .failed(code))
        #expect(await resolver.verdict(on: "") == .failed(code))
    }

    /// Root may read a file of mode 000, so the error is played.
    @Test func aFileThatMayNotBeReadIsADenialWithItsRemedy() async {
        let files = ScriptedFiles(["/secret": "secret"]) { call, _ throws(Errno) in
            if call.kind == .open { throw .denied }
        }
        let resolver = SecretResolver(path: "/secret", files: files)
        #expect(await resolver.verdict(on: "secret") == .failed("file-unreadable"))
        let error = await resolver.inspect().first?.error
        #expect(
            error?.description == "secret 'client-secret': /secret cannot be read (Permission denied); "
                + "let the user that runs keyward read it and enter its folders")
    }

    @Test func noFileStaysOpen() async throws {
        let resolver = SecretResolver(path: try folder.write("secret".utf8, to: "secret"), roots: [folder.path])
        let link = folder("secret")
        for _ in 1...50 { #expect(await resolver.verdict(on: "secret") == .admitted) }
        let descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
        let targets = descriptors.map {
            try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")
        }
        #expect(!targets.contains(link))
    }
}
