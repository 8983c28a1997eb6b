import HTTP
import Transport

/// The service on a live socket.
struct LiveService {
    let responder = EchoResponder()
    let loop: EventLoop
    let server: SocketServer
    let port: UInt16

    init(_ adjust: (inout Limits) -> Void = { _ in }) throws {
        var limits = Limits()
        adjust(&limits)
        loop = try EventLoop(label: "test")
        loop.start()
        server = SocketServer(loops: [loop], connections: limits.connections, connectionsFromOneAddress: nil) { _ in }
        let service = HTTPService(limits: limits, responder: responder) { 784_111_777 }
        port = try server.listen(host: "127.0.0.1", port: 0) { await service.serve($0) }.port
    }

    /// Sends `text`, says that no more will come, and answers all that the server says.
    func exchange(_ text: String) throws -> String {
        let client = try RawClient(port: port)
        client.send(text)
        client.finish()
        return client.read()
    }

    func stop() {
        _ = server.drain(.zero)
        loop.stop()
    }
}
