import Testing
import Transport

@Suite struct AddressTests {
    @Test func loopbackIs127AndColonColonOneHoweverItIsWritten() {
        #expect(Address(ipv4: 0x7f00_0001, port: 1).isLoopback)
        #expect(Address(ipv4: 0x7fff_ffff, port: 1).isLoopback)
        #expect(Address(ipv6: 0, 1, port: 1).isLoopback)
        #expect(Address(ipv6: 0, 0xffff_7f00_0001, port: 1).isLoopback)
        #expect(!Address(ipv4: 0x8000_0001, port: 1).isLoopback)
        #expect(!Address(ipv4: 0x0100_007f, port: 1).isLoopback)
        #expect(!Address(ipv6: 0, 0, port: 1).isLoopback)
        #expect(!Address(ipv6: 0, 0x7f00_0001, port: 1).isLoopback)
        #expect(!Address(ipv6: 1, 0xffff_7f00_0001, port: 1).isLoopback)
    }

    @Test func anAddressIsWrittenWithItsPort() {
        #expect("\(Address(ipv4: 0xc0a8_0102, port: 80))" == "192.168.1.2:80")
        #expect("\(Address(ipv6: 0x2001_0db8_0000_0000, 0xff, port: 443))" == "[2001:db8:0:0:0:0:0:ff]:443")
    }

    @Test func aTakenPortCannotBeListenedOnTwice() throws {
        let loop = try EventLoop(label: "test")
        loop.start()
        defer { loop.stop() }
        let server = SocketServer(loops: [loop], connections: 1, connectionsFromOneAddress: nil) { _ in }
        let address = try server.listen(host: "127.0.0.1", port: 0) { _ in }
        #expect(throws: TransportError.self) {
            try server.listen(host: "127.0.0.1", port: address.port) { _ in }
        }
    }
}
