import Testing

@testable import Transport

@Suite struct SocketServerTests {
    private func listen(_ host: String, onlyLoopback: Bool) throws -> Address {
        let loop = try EventLoop(label: "test")
        loop.start()
        defer { loop.stop() }
        let server = SocketServer(loops: [loop], connections: 1, connectionsFromOneAddress: nil) { _ in }
        defer { _ = server.drain(.zero) }
        return try server.listen(host: host, port: 0, onlyLoopback: onlyLoopback) { _ in }
    }

    /// All are names of 0.0.0.0 for the resolver, though only one looks like it.
    @Test(arguments: ["0.0.0.0", "0", "0x0"])
    func whereOnlyLoopbackWillDoAnAddressThatOthersCanReachIsRefused(host: String) throws {
        let error = try #require(throws: TransportError.self) { try listen(host, onlyLoopback: true) }
        guard case .cannotListen(host, port: 0, let reason) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(reason.contains("not loopback"))
        #expect(try !listen(host, onlyLoopback: false).isLoopback)
    }

    @Test(arguments: ["127.0.0.1", "127.1", "localhost"])
    func loopbackWillDoUnderAnyName(host: String) throws {
        #expect(try listen(host, onlyLoopback: true).isLoopback)
    }
}
