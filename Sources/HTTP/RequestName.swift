/// What a request is called in the response (`X-Request-Id`) and in every log line about it.
package struct RequestName: Sendable, CustomStringConvertible {
    /// What the names have in common that one run of the server makes: 16 hexadecimal digits and a hyphen.
    package typealias Run = InlineArray<17, UInt8>

    private enum Form {
        /// The client's.
        case given(String)
        /// This run of the server, and which request of it. It becomes text only where it is written: most requests are
        /// never logged.
        case made(Run, Int)
    }

    /// Characters that a client's name may have at most; a made one has fewer.
    private static let longest = 128

    private let form: Form

    package init(_ run: Run, _ number: Int) {
        form = .made(run, number)
    }

    /// The name that a client gave, unless it has more than letters, digits and a few marks: nothing that could break a
    /// log line or a terminal.
    package init?(_ given: Span<UInt8>) {
        guard (1...Self.longest).contains(given.count) else { return nil }
        for index in given.indices where !Self.isSane(given[index]) { return nil }
        form = .given(String(copying: given))
    }

    package var description: String {
        String(decoding: [UInt8](capacity: Self.longest) { write(to: &$0) }, as: UTF8.self)
    }

    /// Takes at most 128 bytes of room.
    func write(to output: inout OutputSpan<UInt8>) {
        switch form {
        case .given(let text):
            output.append(copying: text.utf8.span)
        case .made(let run, let number):
            output.append(copying: run.span)
            output.append(decimal: number)
        }
    }

    private static func isSane(_ byte: UInt8) -> Bool {
        byte.isASCIIAlphanumeric || "-_.:/+=@".utf8.contains(byte)
    }
}
