internal import HTTP
internal import Synchronization

/// Names requests: the name that the client gave, if it is sane, else a new one that no other request of this server
/// has.
final class RequestNames: Sendable {
    /// Characters that a client's name may have at most.
    static let longest = 128

    private let prefix: String
    private let count = Atomic<UInt64>(0)

    /// - Parameter random: tells this run of the server from any other.
    init(random: UInt64) {
        let digits = String(random, radix: 16)
        self.prefix = String(repeating: "0", count: 16 - digits.count) + digits + "-"
    }

    func next() -> String {
        prefix + String(count.wrappingAdd(1, ordering: .relaxed).newValue)
    }

    /// Letters, digits and a few marks: nothing that could break a log line or a terminal.
    func name(for request: Request) -> String {
        guard let given = request.fields.bytes(.xRequestID), (1...Self.longest).contains(given.count),
            given.allSatisfy(Self.isSane)
        else { return next() }
        return String(decoding: given, as: UTF8.self)
    }

    private static func isSane(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "-_.:/+=@".utf8.contains(byte)
        }
    }
}
