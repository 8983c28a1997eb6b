internal import HTTP
internal import Synchronization

/// What a request is called in the response and in every log line about it.
struct RequestName: Sendable, CustomStringConvertible {
    private enum Form {
        /// The client's.
        case given(String)
        /// This run of the server, and which request of it.
        case made([UInt8], UInt64)
    }

    private let form: Form

    init(_ text: String) {
        form = .given(text)
    }

    fileprivate init(_ prefix: [UInt8], _ number: UInt64) {
        form = .made(prefix, number)
    }

    /// It becomes text only where it is written: most requests are never logged.
    func write(to bytes: inout [UInt8]) {
        switch form {
        case .given(let text): bytes += text.utf8
        case .made(let prefix, let number):
            bytes += prefix
            bytes.append(decimal: Int(truncatingIfNeeded: number))
        }
    }

    var description: String {
        var bytes: [UInt8] = []
        write(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Names requests: the name that the client gave, if it is sane, else a new one that no other request of this server
/// has.
final class RequestNames: Sendable {
    /// Characters that a client's name may have at most.
    static let longest = 128

    private let prefix: [UInt8]
    private let count = Atomic<UInt64>(0)

    /// - Parameter random: tells this run of the server from any other.
    init(random: UInt64) {
        let digits = String(random, radix: 16)
        prefix = Array((String(repeating: "0", count: 16 - digits.count) + digits + "-").utf8)
    }

    func next() -> RequestName {
        RequestName(prefix, count.wrappingAdd(1, ordering: .relaxed).newValue)
    }

    /// Letters, digits and a few marks: nothing that could break a log line or a terminal.
    func name(for request: Request) -> RequestName {
        guard let given = request.head.fields.bytes(.xRequestID), (1...Self.longest).contains(given.count),
            given.allSatisfy(Self.isSane)
        else { return next() }
        return RequestName(String(decoding: given, as: UTF8.self))
    }

    private static func isSane(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "-_.:/+=@".utf8.contains(byte)
        }
    }
}
