import Testing

@testable import Server

@Suite struct SettingsTests {
    @Test(arguments: [
        ("127.0.0.1", true), ("127.1.2.3", true), ("::1", true), ("localhost", true), ("LocalHost", true),
        ("0.0.0.0", false), ("::", false), ("192.0.2.1", false), ("example.org", false),
        ("localhost.example.org", false),
        // Who resolves it may answer with any address.
        ("x.localhost", false), ("", false),
    ])
    func onlyAnAddressOfThisMachineKeepsOthersOut(host: String, isLoopbackOnly: Bool) {
        var settings = Settings()
        settings.host = host
        #expect(settings.isLoopbackOnly == isLoopbackOnly)
    }
}
