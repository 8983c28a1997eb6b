import JSON
import Synchronization
import Telemetry
import Testing

/// A place for audit lines that a test reads, breaks and mends.
final class AuditBook: AuditTarget, AuditFile {
    private struct State {
        var bytes: [UInt8] = []
        var code: Int32?
        /// What happens when lines come, before they are taken.
        var during: @Sendable () -> Void = {}
    }

    let name = "book"
    let isRegular = true
    let endsWithWholeLine = true
    private let state = Mutex(State())

    /// The next lines cannot be written, for this reason.
    func breaks(with code: Int32?) { state.withLock { $0.code = code } }
    func during(_ body: @escaping @Sendable () -> Void) { state.withLock { $0.during = body } }

    var text: String { state.withLock { String(decoding: $0.bytes, as: UTF8.self) } }

    /// The events so far; a line that is no JSON fails.
    func events() throws -> [JSONObject] {
        try text.split(separator: "\n").map { line in
            let event = try JSONValue.parse(Array(line.utf8).span, maximumDepth: 20)
            return try #require(event.object)
        }
    }

    /// The most specific code of each event and its outcome, as in `update 0`.
    func codes() throws -> [String] {
        try events().map { "\($0.auditCode ?? "-") \($0["outcome"]?.string ?? "-")" }
    }

    func open() -> any AuditFile { self }
    func lock(within patience: Duration) {}
    func unlock() {}
    func length() -> Int { state.withLock { $0.bytes.count } }
    func isReady(within patience: Duration) -> Bool { true }
    func truncate(to length: Int) {}

    func write(_ bytes: Span<UInt8>) throws(AuditFault) -> Int {
        let (code, during) = state.withLock { ($0.code, $0.during) }
        during()
        if let code { throw .system(call: "write", target: name, code: code) }
        var copy: [UInt8] = []
        for index in bytes.indices { copy.append(bytes[index]) }
        state.withLock { $0.bytes += copy }
        return bytes.count
    }
}

extension JSONObject {
    var auditCode: String? { self["subtype"]?.array?.last?.object?["code"]?.string }
    /// Who asked.
    var auditName: String? { value(at: "agent", "0", "who", "identifier", "value")?.string }
    /// The `X-Request-Id`.
    var auditRequest: String? { value(at: "entity", "0", "what", "identifier", "value")?.string }
}
