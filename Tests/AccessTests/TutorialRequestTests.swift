import Access
import Testing

@Suite struct TutorialRequestTests {
    func admits(peerIsLoopback: Bool = true, host: String = "localhost:8080", origin: String? = nil) -> Bool {
        TutorialRequest(peerIsLoopback: peerIsLoopback, host: host, origin: origin).isOfThisMachine
    }

    @Test func theOriginIsThatOfTheSchemeThatTheRequestCameBy() {
        for (isSecure, origin, isAdmitted) in [
            (true, "https://localhost:1", true), (true, "http://localhost:1", false),
            (false, "https://localhost:1", false),
        ] {
            let request = TutorialRequest(
                peerIsLoopback: true, isSecure: isSecure, host: "localhost:1", origin: origin)
            #expect(request.isOfThisMachine == isAdmitted)
        }
    }

    @Test func aPeerElsewhereIsNotAdmittedWhateverItClaims() {
        #expect(admits())
        #expect(!admits(peerIsLoopback: false))
        #expect(!admits(peerIsLoopback: false, host: "127.0.0.1", origin: "http://127.0.0.1"))
    }

    @Test(arguments: [
        "localhost", "localhost:8080", "LOCALHOST:1", "127.0.0.1", "127.0.0.1:8080", "127.3.2.1:65535", "[::1]",
        "[::1]:8080", "[::ffff:127.0.0.1]:8080", "tutorial.localhost:8080",
    ]) func aHostOfThisMachineIsAdmitted(host: String) {
        #expect(admits(host: host))
        #expect(admits(host: host, origin: "http://" + host))
    }

    @Test(arguments: [
        // DNS rebinding: the browser believes the name, and the name now means 127.0.0.1.
        "evil.example", "evil.example:8080", "localhost.evil.example", "127.0.0.1.evil.example", "localhost.",
        // What is not a host, or means another than it seems.
        "", ":8080", "127.1", "127.1:8080", "2130706433", "0x7f.1", "::1", "::1:8080", "[::1", "[::1]8080", "[::1]:",
        "[]", "[]:80", "[localhost]", "[127.0.0.1]", "[evil.example:]", "localhost:", "localhost:65536",
        "localhost:+80",
        "localhost:80:80", "localhost:8o", "localhost:99999999999999999999", "user@localhost", "localhost@evil.example",
        "localhost:80@evil.example", "http://localhost", "localhost/", "localhost, evil.example", " localhost",
        "localhost ", "0.0.0.0", "0.0.0.0:8080", "[::]:8080", "10.0.0.1", "[fe80::1]", "*.localhost", "localhost\0",
    ]) func anyOtherHostIsNot(host: String) {
        #expect(!admits(host: host))
        #expect(!admits(host: host, origin: "http://" + host))
    }

    @Test(arguments: [
        "http://evil.example", "https://localhost:8080", "http://localhost", "http://localhost:8081",
        "http://127.0.0.1:8080", "http://localhost:8080.evil.example", "http://localhost:8080/", "null", "",
        "localhost:8080", "http://localhost:8080, http://localhost:8080", "http://evil.example#localhost:8080",
        "file://",
    ]) func anOriginThatIsNotThisServerIsNot(origin: String) {
        #expect(!admits(origin: origin))
    }

    @Test func theOriginOfThisServerIsAdmittedInAnyCase() {
        #expect(admits(origin: "http://localhost:8080"))
        #expect(admits(host: "LocalHost:8080", origin: "HTTP://localhost:8080"))
    }
}
