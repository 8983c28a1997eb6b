import Foundation

/// Somebody who authenticates without pause, on one connection that is kept, until the storm is over.
struct StormClient: Sendable {
    let name: String
    /// Its secret never changes.
    var isSteady = false
    /// What it presents when the swap of this number is the last that it knows to be made.
    let password: @Sendable (Int) -> String
    /// Whether a password counts when the swap of this number is the last.
    let counts: @Sendable (_ password: String, _ number: Int) -> Bool

    func run(port: UInt16, _ ledger: SwapLedger, _ tally: StormTally, while running: Flag) {
        do {
            let wire = try Wire(port: port)
            while running.isSet {
                let made = ledger.made
                let password = password(made)
                try wire.send(request(password))
                let status = try Self.status(from: wire)
                let begun = ledger.begun
                tally.note(
                    status, (made...begun).map { counts(password, $0) }, isSteady: isSteady,
                    "\(name):\(password) at swaps \(made)...\(begun)")
            }
        } catch {
            tally.fault("\(name): \(error)")
        }
    }

    /// A HEAD, so that the response ends with its header.
    private func request(_ password: String) -> String {
        let credentials = Data("\(name):\(password)".utf8).base64EncodedString()
        return "HEAD /fhir/Patient HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic \(credentials)\r\n\r\n"
    }

    private static func status(from wire: Wire) throws -> Int {
        while !wire.received.suffix(4).elementsEqual([13, 10, 13, 10]) {
            guard try wire.receive() else { throw HarnessFault("the server closed: \(wire.text)") }
        }
        defer { wire.drop(wire.received.count) }
        guard let status = Int(String(decoding: wire.received.prefix(12).suffix(3), as: UTF8.self)) else {
            throw HarnessFault("no status line: \(wire.text)")
        }
        return status
    }
}
