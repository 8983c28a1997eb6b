import Synchronization
import Testing

@testable import Vault

@Suite struct FileGroupTests {
    private let files = ScriptedFiles(["/v/tls.crt": "certificate 1", "/v/tls.key": "key 1"])
    private var group: FileGroup { FileGroup(["/v/tls.crt", "/v/tls.key"], files: files) }

    private func texts(_ contents: [FileContent]) -> [String] {
        contents.map { $0.withBytes { bytes in String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self) } }
    }

    @Test func allAreReadAndTheStateIsTheirs() throws {
        let (state, contents) = try group.read()
        #expect(texts(contents) == ["certificate 1", "key 1"])
        #expect(try group.state() == state)
        #expect(state.isSettled)
        files.change { $0.rewrite("key 2", at: "/v/tls.key") }
        #expect(try group.state() != state)
    }

    @Test func aFileThatHasJustBeenWrittenIsNotSettled() throws {
        files.change { disk in disk.place("key 2", at: "/v/tls.key", seconds: 1_000) }
        #expect(try !group.state().isSettled)
    }

    /// Whenever the other generation comes between, it is never half of each.
    @Test(arguments: 1...20) func twoGenerationsAreNeverMixed(call: Int) throws {
        let calls = Atomic(0)
        let files = ScriptedFiles(["/v/tls.crt": "certificate 1", "/v/tls.key": "key 1"]) { _, disk in
            guard calls.add(1, ordering: .relaxed).newValue == call else { return }
            disk.place("certificate 2", at: "/v/tls.crt", seconds: 2)
            disk.place("key 2", at: "/v/tls.key", seconds: 2)
        }
        do throws(FileGroupFault) {
            let texts = texts(try FileGroup(["/v/tls.crt", "/v/tls.key"], files: files).read().contents)
            #expect([["certificate 1", "key 1"], ["certificate 2", "key 2"]].contains(texts))
        } catch {
            #expect(error.fault == .unstable)
        }
    }

    @Test func whatCannotBeReadIsNamedWithItsPath() throws {
        files.change { $0.place("", at: "/v/tls.key") }
        #expect(throws: FileGroupFault(path: "/v/tls.key", fault: .empty)) { try group.read() }
        files.change { $0.remove("/v/tls.key") }
        #expect(throws: FileGroupFault(path: "/v/tls.key", fault: .missing)) { try group.read() }
        files.change { $0.place(String(repeating: "x", count: FileGroup.limit + 1), at: "/v/tls.key") }
        let fault = #expect(throws: FileGroupFault.self) { try group.read() }
        #expect(fault?.what == "/v/tls.key is longer than 1048576 bytes")
    }

    @Test func theBytesAreNotPrinted() throws {
        let content = try #require(try group.read().contents.last)
        #expect(!"\(content)".contains("key 1"))
        #expect(!String(reflecting: content).contains("key 1"))
        var dumped = ""
        dump(content, to: &dumped)
        #expect(!dumped.contains("key 1"))
    }
}
