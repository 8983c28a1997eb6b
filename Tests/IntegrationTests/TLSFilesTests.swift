import Foundation
import Glibc
import TLSClient
import Testing

/// Certificate and key as a vault swaps them, good and bad.
@Suite struct TLSFilesTests {
    private let files: CertificateVolume

    init() throws { files = try CertificateVolume() }

    private func site(_ arguments: [String] = []) throws -> Site {
        try Site.withClient(
            arguments: ["--store", "memory:", "--ops-port", "0"] + files.arguments + arguments, tls: files.trusting)
    }

    /// The name in the certificate that a new connection gets.
    private func name(_ site: Site) throws -> String? {
        let client = try TLSClient(files.trusting)
        _ = try Wire(port: site.server.port, tls: client)
        return client.serverName
    }

    private func metrics(_ site: Site) throws -> [String: Int] {
        try HTTPClient(port: try #require(site.server.opsPort)).metrics()
    }

    @Test func aSwapCountsForTheVeryNextConnectionAndTheOneBeforeGoesOn() throws {
        let site = try site()
        let kept = site.http
        #expect(try kept.get("/livez").status == 200)
        for number in 0..<20 {
            try files.swap(to: files.authority.issue("pair-\(number)", isRSA: number % 5 == 0))
            #expect(try name(site) == "pair-\(number)")
        }
        #expect(try kept.get("/livez").status == 200)
        #expect(try metrics(site)["keyward_tls_reloads_total{result=\"applied\"}"] == 20)
    }

    @Test func whileTheFilesAreSwappedAllTheTimeEveryConnectionIsServed() throws {
        let site = try site()
        let port = site.server.port
        let options = files.trusting
        let working = Flag()
        let (served, failed) = (Counter(), Counter())
        for _ in 0..<3 {
            working.enter()
            Thread.detachNewThread {
                while working.isSet {
                    let wire = try? Wire(port: port, tls: TLSClient(options))
                    try? wire?.send("GET /livez HTTP/1.1\r\nHost: h\r\n\r\n")
                    let status = try? wire.map { try Answer(from: $0).status }
                    (status == 200 ? served : failed).add()
                }
                working.leave()
            }
        }
        let pairs = try (0..<20).map { try files.authority.issue("pair-\($0)") }
        for number in 0..<200 { try files.swap(to: pairs[number % pairs.count]) }
        #expect(eventually { served.count > 50 })
        #expect(working.end())
        #expect(failed.count == 0)
        #expect(!site.server.log.contains("cannot be used"), "a swap by rename is no fault at any moment")
    }

    @Test func aPairThatDoesNotMatchKeepsTheLastGoodOneAndSaysSo() throws {
        let site = try site()
        #expect(try site.http.get("/health").json["status"] as? String == "pass")
        let good = try files.authority.issue("good")
        try files.swap(to: TestAuthority.Pair(certificate: good.certificate, key: files.authority.issue("x").key))
        #expect(try name(site) == "first")
        let line = try site.server.logLines { $0.reason == "tls-key-mismatch" }[0]
        #expect(line["path"] == files.key)
        #expect(line.level == "error")
        #expect(try eventually { try site.http.get("/health").json["status"] as? String == "warn" })
        let health = try site.http.get("/health")
        #expect(health.status == 200)
        #expect(health.text.contains("tls-key-mismatch"))
        #expect(!health.text.contains(files.key))
        #expect(try metrics(site)["keyward_tls_faults{code=\"tls-key-mismatch\"}"] == 1)
        for _ in 0..<10 { #expect(try name(site) == "first") }
        // Said once for one change.
        #expect(try metrics(site)["keyward_tls_reloads_total{result=\"refused\"}"] == 1)
        #expect(site.server.logLines.filter { $0.reason == "tls-key-mismatch" }.count == 1)

        try files.swap(to: good)
        #expect(try name(site) == "good")
        #expect(try site.server.logLines { $0.message == "the TLS files can be used again" }.count == 1)
        #expect(try eventually { try site.http.get("/health").json["status"] as? String == "pass" })
        #expect(try metrics(site)["keyward_tls_faults{code=\"tls-key-mismatch\"}"] == 0)
    }

    @Test func filesThatAreGoneKeepTheLastGoodPairToo() throws {
        let site = try site()
        #expect(unsafe unlink(files.key) == 0)
        #expect(try name(site) == "first")
        #expect(try site.server.logLines { $0.reason == "tls-file-unreadable" }[0]["path"] == files.key)
    }

    @Test func theEndOfTheCertificateIsAMetricAndAnExpiredOneAWarning() throws {
        let site = try site()
        let key = "keyward_tls_certificate_expiry_timestamp_seconds"
        let now = Int(Date().timeIntervalSince1970)
        try files.swap(to: files.authority.issue("week", lasting: -10...604_800))
        #expect(try name(site) == "week")
        #expect(abs(try #require(try metrics(site)[key]) - now - 604_800) < 60)
        try files.swap(to: files.authority.issue("over", lasting: -20 ... -10))
        // It is in force, as who delivers it wants; clients refuse it.
        #expect(throws: TLSTestFault.self) { try name(site) }
        var distrusting = files.trusting
        distrusting.authorities = nil
        let http = HTTPClient(port: site.server.port, tls: distrusting)
        #expect(try eventually { try http.get("/health").text.contains("tls-certificate-expired") })
        let health = try http.get("/health").text
        #expect(health.contains("The certificate in force has expired"), "\(health)")
        #expect(!health.contains("files are faulty"), "\(health)")
    }

    // MARK: the start

    private struct Bad: Sendable {
        let certificate: String
        let key: String
        let flag: String
        let words: String
    }

    @Test func aStartWithFilesThatCannotBeUsedIs78AndOneLine() throws {
        let other = try files.authority.issue("other")
        let good = (files.certificate, files.key)
        let mismatched = try files.write(other.key, to: "other.key")
        let encrypted = try files.write(TestAuthority.encrypted(other.key), to: "encrypted.key")
        let empty = try files.write([], to: "empty")
        let text = try files.write(Array("no PEM\n".utf8), to: "text")
        for (certificate, key, flag, words) in [
            ("/no/such/tls.crt", good.1, "--tls-certificate", "there is no file"),
            (good.0, "/no/such/tls.key", "--tls-private-key", "there is no file"),
            (good.0, mismatched, "--tls-private-key", "not that of the certificate"),
            (good.0, encrypted, "--tls-private-key", "passphrase"),
            (text, good.1, "--tls-certificate", "no certificate"),
            (good.0, text, "--tls-private-key", "no private key"), (empty, good.1, "--tls-certificate", "is empty"),
            ("/tmp", good.1, "--tls-certificate", "is a folder"),
        ] {
            let report = try ChildProcess.keyward(
                ["--store", "memory:", "--port", "0", "--tls-certificate", certificate, "--tls-private-key", key])
            #expect(report.status == 78, "\(report.errors)")
            #expect(report.errors.split(separator: "\n").count == 1, "\(report.errors)")
            #expect(report.errors.contains(flag) && report.errors.contains(words), "\(report.errors)")
            #expect(!report.errors.contains("PRIVATE KEY"))
        }
    }

    @Test func halfTheSettingsAreRefused() throws {
        for (arguments, status, names) in [
            (["--tls-certificate", "a"], 78, ["--tls-certificate", "--tls-private-key"]),
            (["--tls-private-key", "a"], 78, ["--tls-private-key", "--tls-certificate"]),
            (["--tls-client-ca", "a"], 78, ["--tls-client-ca", "--tls-certificate"]),
            (files.arguments + ["--tls-client-auth", "required"], 64, ["--tls-client-auth", "--tls-client-ca"]),
            (files.arguments + ["--tls-client-auth", "maybe"], 64, ["--tls-client-auth", "required"]),
            (["--tls-handshake-timeout", "10"], 64, ["--tls-handshake-timeout"]),
        ] as [([String], Int32, [String])] {
            let report = try ChildProcess.keyward(["--store", "memory:", "--port", "0"] + arguments)
            #expect(report.status == status, "\(report.errors)")
            for name in names { #expect(report.errors.contains(name), "\(report.errors)") }
        }
    }

    @Test func relativePathsAndVariablesWillDo() throws {
        let server = try KeywardProcess(
            ["--store", "memory:"],
            environment: ["KEYWARD_TLS_CERTIFICATE": "tls.crt", "KEYWARD_TLS_PRIVATE_KEY": "./tls.key"],
            in: files.volume.path)
        #expect(try HTTPClient(port: server.port, tls: files.trusting).get("/livez").status == 200)
        try files.swap(to: files.authority.issue("second"))
        let client = try TLSClient(files.trusting)
        _ = try Wire(port: server.port, tls: client)
        #expect(client.serverName == "second")
    }

    // MARK: check

    @Test func checkFindsWhatIsWrongAndPrintsNoKey() throws {
        func codes(_ arguments: [String]? = nil) throws -> [String] {
            let report = try ChildProcess.keyward(
                ["check", "--store", "memory:"] + (arguments ?? files.arguments))
            #expect(!report.output.contains("PRIVATE KEY"))
            return report.output.split(separator: "\n").map { String($0.prefix { $0 != ":" }) }
        }
        #expect(unsafe chmod(files.key, 0o600) == 0)
        #expect(try codes() == ["no findings"])
        #expect(unsafe chmod(files.key, 0o644) == 0)
        #expect(try codes() == ["warning tls-key-readable"])
        try files.swap(to: files.authority.issue("soon", lasting: -10...86_400))
        #expect(try codes().contains("warning tls-certificate-expiring"))
        try files.swap(to: files.authority.issue("over", lasting: -20 ... -10))
        #expect(try codes().contains("error tls-certificate-expired"))
        let mismatched = try files.write(files.authority.issue("other").key, to: "other.key")
        #expect(
            try codes(["--tls-certificate", files.certificate, "--tls-private-key", mismatched]).contains(
                "error tls-key-mismatch"))
        let text = try files.write(Array("no PEM\n".utf8), to: "text")
        #expect(try codes(files.arguments + ["--tls-client-ca", text]).contains("error tls-client-ca-faulty"))
    }

    // MARK: memory

    /// Plaintext passes through OpenSSL's memory: no password may be left in it, nor the key's text in ours.
    @Test(
        .enabled(if: ProcessMemory.canBeRead, "only CAP_SYS_PTRACE reads the memory of keyward"),
        .disabled(if: Sanitizer.isOn, "a sanitizer maps terabytes, and keeps what was freed"))
    func noPasswordAndNoTextOfTheKeyStaysInMemory() throws {
        let site = try site()
        let kept = try Wire(port: site.server.port, tls: TLSClient(files.trusting))
        for round in 0..<200 {
            #expect(try site.status("basic", Marker.gone("tls-\(round)")) == 401)
            let credentials = HTTPClient.basic("basic", Marker.gone("kept"))[0]
            // Far enough into the record that no response is written over it.
            let filler = "X-Filler: \(String(repeating: "x", count: 5_000))\r\n"
            let request = "GET /fhir/Patient HTTP/1.1\r\nHost: h\r\n\(filler)\(credentials.0): \(credentials.1)\r\n\r\n"
            for piece in round % 2 == 0 ? [request.prefix(70), request.dropFirst(70)] : [request[...]] {
                try kept.send(String(piece))
            }
            #expect(try Answer(from: kept).status == 401)
        }
        let key = try String(contentsOfFile: files.key, encoding: .utf8).split(separator: "\n")[1]
        let needles = [Marker.gone.plain, Needle(name: "the key's text", bytes: Array(key.utf8))] + Marker.gone.encoded
        for place in try ProcessMemory(of: site.server.pid).places(of: needles).prefix(20) { Issue.record("\(place)") }
        #expect(kept.received.isEmpty)
    }
}
