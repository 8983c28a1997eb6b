import Foundation
import Glibc
import TLSClient
import Testing

/// The real server over TLS: what is spoken, and what becomes of those who speak otherwise.
@Suite struct TLSTests {
    private let files: CertificateVolume

    init() throws { files = try CertificateVolume() }

    private func site(_ arguments: [String] = [], tls: TLSClient.Options? = nil) throws -> Site {
        try Site.withClient(
            arguments: ["--store", "memory:"] + files.arguments + arguments, tls: tls ?? files.trusting)
    }

    private func failures(_ site: Site, _ reason: String) throws -> Int {
        let ops = HTTPClient(port: try #require(site.server.opsPort))
        return try ops.metrics()["keyward_tls_handshake_failures_total{reason=\"\(reason)\"}"] ?? -1
    }

    // MARK: what is served

    @Test(arguments: [TLSClient.version12, TLSClient.version13])
    func aClientIsServedAsOverPlainHTTP(version: Int32) throws {
        var options = files.trusting
        options.lowest = version
        options.highest = version
        options.protocols = ["h2", "http/1.1"]
        let site = try site(tls: options)
        #expect(try site.status() == 200)
        #expect(try site.status("basic", "wrong") == 401)
        let created = try site.http.post("/fhir/Patient", #"{"resourceType": "Patient"}"#, Site.basic)
        #expect(created.status == 201)
        let base = "https://127.0.0.1:\(site.server.port)/fhir"
        #expect(created["Location"]?.hasPrefix("\(base)/Patient/") == true, "\(created)")
        let found = try site.http.get("/fhir/Patient?_count=1", Site.basic)
        #expect(try found.link("self")?.hasPrefix("\(base)/Patient") == true)
        for answer in [created, found, try site.http.get("/nowhere")] {
            #expect(answer["Strict-Transport-Security"] == "max-age=31536000")
            #expect(answer["X-Content-Type-Options"] == "nosniff")
            #expect(answer["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'")
        }
    }

    @Test func whatIsRefusedBeforeItIsARequestHasTheFieldsToo() throws {
        let site = try site()
        let wire = try Wire(port: site.server.port, tls: TLSClient(files.trusting))
        try wire.send("nonsense\r\n\r\n")
        let answer = try Answer(from: wire)
        #expect(answer.status == 400)
        #expect(answer["Strict-Transport-Security"] != nil)
        #expect(try !wire.receive() || wire.tls?.isEnded == true)
    }

    @Test func theOpsListenerSpeaksPlainHTTPAndPlainServersSendNoSuchFields() throws {
        let site = try site(["--ops-port", "0"])
        let ops = HTTPClient(port: try #require(site.server.opsPort))
        let answer = try ops.get("/metrics")
        #expect(answer.status == 200)
        #expect(answer["Strict-Transport-Security"] == nil)
        let plain = try Site.withClient(arguments: ["--store", "memory:"])
        #expect(try plain.http.get("/livez")["Strict-Transport-Security"] == nil)
    }

    @Test func largeBodiesGoBothWays() throws {
        let site = try site()
        let text = String(repeating: "Ärztin ", count: 150_000)
        let body = #"{"resourceType": "Patient", "id": "big", "note": "\#(text)"}"#
        #expect(try site.http.put("/fhir/Patient/big", body, Site.basic).status == 201)
        let answer = try site.http.get("/fhir/Patient/big", Site.basic)
        #expect(answer.text.contains(text))
    }

    @Test func pipelinedRequestsAndRecordsInPiecesAreUnderstood() throws {
        let site = try site()
        let client = try TLSClient(files.trusting)
        let wire = try Wire(port: site.server.port, tls: client)
        let request = "GET /livez HTTP/1.1\r\nHost: h\r\n\r\n"
        try wire.send(String(repeating: request, count: 50))
        for _ in 0..<50 { #expect(try Answer(from: wire).status == 200) }
        try client.write(Array(request.utf8))
        for byte in client.takeOutput() { try wire.push([byte]) }
        #expect(try Answer(from: wire).status == 200)
        // A record for each byte.
        for byte in request.utf8 { try wire.send([byte]) }
        #expect(try Answer(from: wire).status == 200)
    }

    @Test func aRecordThatIsNoneIsAnsweredByAnAlertAlsoBehindARequest() throws {
        let site = try site()
        let request = "GET /livez HTTP/1.1\r\nHost: h\r\n\r\n"
        for before in ["", request] {
            let client = try TLSClient(files.trusting)
            let wire = try Wire(port: site.server.port, tls: client)
            if !before.isEmpty { try client.write(Array(before.utf8)) }
            // Application data of 32 bytes that nobody has sealed.
            let forged: [UInt8] = [23, 3, 3, 0, 32] + [UInt8](repeating: 7, count: 32)
            try wire.push(client.takeOutput() + forged)
            #expect(throws: TLSTestFault.self) { while try wire.receive() {} }
        }
    }

    @Test func theServerSaysWhereTheStreamEnds() throws {
        let site = try site(["--idle-timeout", "200ms"])
        let closing = try Wire(port: site.server.port, tls: TLSClient(files.trusting))
        try closing.send("GET /livez HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        #expect(try closing.receiveToEnd().hasPrefix("HTTP/1.1 200"))
        #expect(closing.tls?.isEnded == true)
        let idle = try Wire(port: site.server.port, tls: TLSClient(files.trusting))
        #expect(try idle.receiveToEnd() == "")
        #expect(idle.tls?.isEnded == true)
    }

    @Test func aStreamThatIsCutOffIsNoRequest() throws {
        let site = try site()
        let wire = try Wire(port: site.server.port, tls: TLSClient(files.trusting))
        try wire.send(RawRequest.put("cut") + "Content-Length: 1000\r\n\r\n{")
        wire.finishSending()
        _ = try wire.receiveToEnd()
        #expect(try site.http.get("/fhir/Patient/cut", Site.basic).status == 404)
    }

    @Test func aSessionIsResumed() throws {
        let site = try site()
        let client = try TLSClient(files.trusting)
        let wire = try Wire(port: site.server.port, tls: client)
        try wire.send("GET /livez HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(try Answer(from: wire).status == 200)
        try files.swap(to: files.authority.issue("second"))
        let again = try TLSClient(files.trusting, resuming: client.session)
        let second = try Wire(port: site.server.port, tls: again)
        try second.send("GET /livez HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(try Answer(from: second).status == 200)
        #expect(again.isResumed)
    }

    @Test func aRecordThatComesInBitsBetweenRestsHasTheTimeOfAHeader() throws {
        let site = try site(["--idle-timeout", "1s", "--header-timeout", "600ms"])
        let client = try TLSClient(files.trusting)
        let wire = try Wire(port: site.server.port, tls: client)
        let request = "GET /livez HTTP/1.1\r\nHost: h\r\n\r\n"
        try wire.send(request)
        #expect(try Answer(from: wire).status == 200)
        try client.write(Array(request.utf8))
        // Each bit comes when the connection rests. The first one may come at the end of the idle time.
        let bits = client.takeOutput().prefix(12)
        let ended = try bits.contains { bit in
            do {
                try wire.push([bit])
            } catch is Wire.Gone {
                return true
            }
            return try wire.hasArrived(within: .milliseconds(400))
        }
        #expect(ended)
    }

    // MARK: what is refused

    @Test func olderVersionsAndOtherProtocolsAreRefusedAndCounted() throws {
        let site = try site(["--ops-port", "0", "--log-level", "info"])
        var old = files.trusting
        old.lowest = TLSClient.version11
        old.highest = TLSClient.version11
        var h2 = files.trusting
        h2.protocols = ["h2"]
        for (options, words, reason) in [
            (old, "alert protocol version", "version"), (h2, "no application protocol", "alpn"),
        ] {
            let fault = #expect(throws: TLSTestFault.self) {
                try Wire(port: site.server.port, tls: TLSClient(options))
            }
            #expect(fault?.description.contains(words) == true, "\(String(describing: fault))")
            #expect(try eventually { try failures(site, reason) == 1 })
        }
        var strange = files.trusting
        strange.authorities = try TestAuthority("Stranger").certificate
        #expect(throws: TLSTestFault.self) { try Wire(port: site.server.port, tls: TLSClient(strange)) }
        #expect(try eventually { try failures(site, "refused") == 1 })
        // Anybody can bring these about: none is a line of the log at this level.
        #expect(!site.server.log.contains("handshake"))
    }

    @Test func plainHTTPGetsAPlainAnswerThatSaysWhatToDo() throws {
        let site = try site(["--ops-port", "0"])
        let wire = try Wire(port: site.server.port)
        try wire.send("GET /fhir/Patient HTTP/1.1\r\nHost: h\r\n\r\n")
        let answer = try Answer(from: wire)
        #expect(answer.status == 400)
        #expect(answer.text.contains("https://"))
        #expect(answer["Connection"] == "close")
        #expect(answer["Content-Type"] == "text/plain; charset=utf-8")
        // RFC 6797 §7.2.
        #expect(answer["Strict-Transport-Security"] == nil)
        wire.finishSending()
        #expect(try !wire.receive())
        #expect(try eventually { try failures(site, "plaintext") == 1 })
    }

    @Test func renegotiationIsRefused() throws {
        var options = files.trusting
        options.highest = TLSClient.version12
        let site = try site()
        let client = try TLSClient(options)
        let wire = try Wire(port: site.server.port, tls: client)
        try client.renegotiate()
        try wire.push(client.takeOutput())
        let fault = #expect(throws: TLSTestFault.self) {
            while try wire.receive() { _ = try client.handshake() }
        }
        #expect(fault?.description.contains("no renegotiation") == true, "\(String(describing: fault))")
        #expect(try site.status() == 200)
    }

    // MARK: the silent

    @Test func silentClientsHoldUpNobodyAndAreLetGo() throws {
        let site = try site(["--tls-handshake-timeout", "2s", "--ops-port", "0"])
        #expect(try site.status() == 200)
        let descriptors = site.server.openDescriptors
        let silent = try (0..<300).map { index in
            let wire = try Wire(port: site.server.port)
            // A third says nothing, a third stops after a byte, a third within the first message.
            let hello = try TLSClient(files.trusting)
            _ = try hello.handshake()
            try wire.push(Array(hello.takeOutput().prefix([0, 1, 100][index % 3])))
            return wire
        }
        let start = ContinuousClock.now
        let fresh = HTTPClient(port: site.server.port, tls: files.trusting)
        #expect(try fresh.get("/fhir/Patient", Site.basic).status == 200)
        #expect(ContinuousClock.now - start < .seconds(1))
        for wire in silent { #expect(try wire.receiveToEnd() == "") }
        #expect(try eventually { try failures(site, "timeout") == 300 })
        #expect(eventually { site.server.openDescriptors <= descriptors + 1 })
    }

    // MARK: other clients

    @Test(arguments: ["--tlsv1.2", "--tlsv1.3"], ["--http1.1", "--http2"])
    func curlIsServed(version: String, http: String) throws {
        let site = try site()
        let report = try ChildProcess.run([
            "/usr/bin/curl", "--silent", "--show-error", "--include", version, http, "--cacert", files.authorities,
            "--user", "basic:\(Site.secret)", "https://localhost:\(site.server.port)/fhir/Patient",
        ])
        #expect(report.status == 0, "\(report.errors)")
        #expect(report.output.hasPrefix("HTTP/1.1 200"))
    }

    @Test func theOpenSSLCommandSeesWhatIsSpoken() throws {
        let site = try site()
        func words(_ arguments: [String]) throws -> String {
            let report = try ChildProcess.run(
                ["/usr/bin/openssl", "s_client", "-connect", "localhost:\(site.server.port)"] + arguments)
            return report.output + report.errors
        }
        let modern = try words(["-CAfile", files.authorities, "-alpn", "http/1.1"])
        #expect(modern.contains("Verify return code: 0 (ok)"), "\(modern)")
        #expect(modern.contains("ALPN protocol: http/1.1"))
        #expect(modern.contains("Compression: NONE"))
        #expect(try words(["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"]).contains("alert protocol version"))
        for cipher in ["AES128-SHA", "ECDHE-ECDSA-AES128-SHA256", "DHE-RSA-AES256-GCM-SHA384", "AECDH-AES128-SHA"] {
            let answer = try words(["-tls1_2", "-cipher", "\(cipher):@SECLEVEL=0"])
            #expect(answer.contains("handshake failure"), "\(cipher): \(answer)")
        }
    }
}
