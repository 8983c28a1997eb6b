import TLSClient

@testable import Transport

/// A client and a server session that hand each other their bytes.
final class TLSDialogue {
    let client: TLSClient
    let server: TLSSession
    private(set) var clientFault: String?
    private(set) var serverFault: HandshakeFault?
    private(set) var isDone = false

    init(_ options: TLSClient.Options, _ context: TLSContext, resuming session: TLSClient.Session? = nil) throws {
        client = try TLSClient(options, resuming: session)
        server = try TLSSession(context)
        var isClientDone = false
        for _ in 0..<10 {
            do { isClientDone = try client.handshake() } catch { clientFault = "\(error)" }
            server.feed(client.takeOutput())
            do throws(HandshakeFault) { isDone = try server.handshake() } catch { serverFault = error }
            client.feed(server.takeOutput())
            if serverFault != nil {
                // The alert.
                do { _ = try client.handshake() } catch { clientFault = "\(error)" }
                break
            }
            if clientFault != nil || (isDone && isClientDone) { break }
        }
        if isDone, isClientDone {
            // The tickets.
            _ = try? client.read()
        }
        isDone = isDone && isClientDone
    }

    /// What the server understands of what the client says, handed over in pieces.
    func say(_ text: [UInt8], inPiecesOf size: Int = .max) throws -> [UInt8] {
        try client.write(text)
        return try hand(client.takeOutput(), inPiecesOf: size)
    }

    func hand(_ bytes: [UInt8], inPiecesOf size: Int = .max) throws -> [UInt8] {
        var heard = ReceivedBytes()
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, size == .max ? .max : start + size)
            server.feed(Array(bytes[start..<end]))
            _ = try server.open(into: &heard)
            start = end
        }
        client.feed(server.takeOutput())
        let bytes = heard.bytes
        return bytes.map { $0 }
    }

    /// What the client understands of what the server says.
    func answer(_ text: [UInt8]) throws -> [UInt8] {
        try server.seal(text.span)
        client.feed(server.takeOutput())
        return try client.read()
    }
}

extension TLSContext {
    convenience init(
        _ pair: TestAuthority.Pair, clients: Clients? = nil, tickets: TLSTicketKeys? = nil
    ) throws {
        let tickets = try tickets ?? TLSTicketKeys()
        try self.init(
            certificate: pair.certificate.span, key: pair.key.span, clients: clients, tickets: tickets)
    }
}
