import HTTP
import TLSClient
import Transport

/// The service on a live socket.
struct LiveService {
    let responder: EchoResponder
    let loop: EventLoop
    let server: SocketServer
    let port: UInt16
    private let ends: TLSEnds?

    init(over carrier: Carrier = .plain, _ adjust: (inout Limits) -> Void = { _ in }) throws {
        var limits = Limits()
        adjust(&limits)
        responder = EchoResponder(waits: carrier == .waiting)
        loop = try EventLoop(label: "test")
        loop.start()
        server = SocketServer(loops: [loop], connections: limits.connections, connectionsFromOneAddress: nil) { _ in }
        let service = HTTPService(limits: limits, responder: responder) { 784_111_777 }
        let ends = carrier == .tls ? try TLSEnds() : nil
        self.ends = ends
        let context = ends?.context
        port = try server.listen(host: "127.0.0.1", port: 0) { connection in
            var connection = connection
            if let context {
                let patience = Deadline.after(Patience(.seconds(10)))
                do { try await connection.secure(until: patience, plainAnswer: { [] }, { context }) } catch { return }
            }
            await service.serve(connection)
        }.port
    }

    /// A client that speaks as the service does.
    func client() throws -> RawClient {
        try RawClient(port: port, tls: try ends.map { try TLSClient($0.options) })
    }

    /// Sends `text`, says that no more will come, and answers all that the server says.
    func exchange(_ text: String) throws -> String {
        let client = try client()
        client.send(text)
        client.finish()
        return client.read()
    }

    func stop() {
        _ = server.drain(.zero)
        loop.stop()
    }
}
