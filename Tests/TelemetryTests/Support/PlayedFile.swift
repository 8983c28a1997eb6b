import Glibc
import Synchronization

@testable import Telemetry

/// A file, or a pipe, that does what a test says.
final class PlayedFile: AuditFile {
    /// What the next writes come to; when there are none left, everything is taken.
    enum Play: Sendable {
        case takes(Int)
        case fails(Int32)
    }

    struct State {
        var bytes: [UInt8] = []
        var plays: [Play] = []
        /// Whether a pipe's reader takes anything.
        var isReady = true
        var mayBeCut = true
        /// Bytes of each write that came.
        var writes: [Int] = []
        var waits: [Duration] = []
        var locks = 0
        /// What happens in a write, before it takes anything.
        var during: @Sendable () -> Void = {}
    }

    let name = "played"
    let isRegular: Bool
    let endsWithWholeLine: Bool
    let state: Mutex<State>

    init(isRegular: Bool = true, holding text: String = "") {
        self.isRegular = isRegular
        endsWithWholeLine = text.isEmpty || text.hasSuffix("\n")
        state = Mutex(State(bytes: Array(text.utf8)))
    }

    func plays(_ plays: Play...) { state.withLock { $0.plays = plays } }
    func change(_ change: @Sendable (inout State) -> Void) { state.withLock { change(&$0) } }
    var text: String { state.withLock { String(decoding: $0.bytes, as: UTF8.self) } }
    var writes: [Int] { state.withLock { $0.writes } }

    func lock(within patience: Duration) { state.withLock { $0.locks += 1 } }
    func unlock() { state.withLock { $0.locks -= 1 } }
    func length() -> Int { state.withLock { $0.bytes.count } }

    func write(_ bytes: Span<UInt8>) throws(AuditFault) -> Int {
        let during = state.withLock { $0.during }
        during()
        var taken = bytes.count
        let code: Int32? = state.withLock { state in
            state.writes.append(bytes.count)
            switch state.plays.isEmpty ? nil : state.plays.removeFirst() {
            case .fails(let code)?: return code
            case .takes(let most)?: taken = min(most, taken)
            case nil: break
            }
            return nil
        }
        if let code { throw .system(call: "write", target: name, code: code) }
        for index in 0..<taken {
            let byte = bytes[index]
            state.withLock { $0.bytes.append(byte) }
        }
        return taken
    }

    func isReady(within patience: Duration) -> Bool {
        state.withLock { state in
            state.waits.append(patience)
            return state.isReady
        }
    }

    func truncate(to length: Int) throws(AuditFault) {
        let isCut = state.withLock { state in
            if state.mayBeCut { state.bytes.removeLast(state.bytes.count - length) }
            return state.mayBeCut
        }
        if !isCut { throw .system(call: "ftruncate", target: name, code: EPERM) }
    }
}

/// Opens the files of a test one after the other, then none.
final class PlayedTarget: AuditTarget {
    private let files: Mutex<[PlayedFile]>

    init(_ files: PlayedFile...) { self.files = Mutex(files) }

    func open() throws(AuditFault) -> any AuditFile {
        let next = files.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        guard let next else { throw .system(call: "open", target: "played", code: EACCES) }
        return next
    }
}
