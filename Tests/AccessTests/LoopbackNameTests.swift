import Access
import Testing

@Suite struct LoopbackNameTests {
    @Test(arguments: [
        "127.0.0.1", "127.0.0.0", "127.255.255.255", "::1", "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1", "::FFFF:7f00:1",
    ]) func anAddressOfThisMachineIsLoopback(text: String) {
        #expect(LoopbackName.isAddress(text))
        #expect(LoopbackName.includes(text))
    }

    @Test(arguments: [
        "", "127.1", "127.0.1", "127", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "127.0.0.01",
        "127.0.0.256",
        "127.0.0.1.", "127.0.0.1 ", " 127.0.0.1", "127.0.0.1\0", "127.0.0.1\0.evil.example", "126.0.0.1", "128.0.0.1",
        "0.0.0.0", "10.0.0.1", "::", "::2", "::127.0.0.1", "::ffff:128.0.0.1", "::ffff:10.0.0.1", "fe80::1", "::1%lo",
        "[::1]", "1::1", "64:ff9b::127.0.0.1", "１２７.0.0.1",
    ]) func whatIsShortOddOrAnotherAddressIsNot(text: String) {
        #expect(!LoopbackName.isAddress(text))
        #expect(!LoopbackName.includes(text))
    }

    @Test(arguments: ["localhost", "LocalHost", "app.localhost", "a.b-c.localhost", "1.LOCALHOST"])
    func aNameOfThisMachineIsLoopbackButNoAddress(name: String) {
        #expect(LoopbackName.includes(name))
        #expect(!LoopbackName.isAddress(name))
    }

    @Test(arguments: [
        "localhost.", "localhost.evil.example", "127.0.0.1.evil.example", "evil.example", "evillocalhost", ".localhost",
        "a..localhost", "a@b.localhost", "user@localhost", "a/b.localhost", "evil.example#.localhost", "ſ.localhost",
        "localhost.localdomain", "localhoſt", "ip6-localhost", "a b.localhost", "\u{212a}.localhost", "a\n.localhost",
    ]) func aNameThatOnlyLooksLikeItIsNot(name: String) {
        #expect(!LoopbackName.includes(name))
    }
}
