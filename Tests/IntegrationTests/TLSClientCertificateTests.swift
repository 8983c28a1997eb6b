import Foundation
import Glibc
import TLSClient
import Testing

/// Certificates that clients present, and what becomes of their subjects.
@Suite struct TLSClientCertificateTests {
    private let files: CertificateVolume
    private let folder: TemporaryFolder

    init() throws {
        files = try CertificateVolume()
        folder = try TemporaryFolder()
    }

    private func site(_ arguments: [String] = []) throws -> Site {
        try Site.withClient(
            arguments: ["--store", "memory:", "--tls-client-ca", files.authorities] + files.arguments + arguments,
            tls: presenting(try files.authority.issue("ward 7")))
    }

    private func presenting(_ pair: TestAuthority.Pair?) -> TLSClient.Options {
        var options = files.trusting
        options.pair = pair
        return options
    }

    /// With TLS 1.3 a client learns of a refusal by its first reading.
    private func status(_ site: Site, _ options: TLSClient.Options) throws -> Int {
        try HTTPClient(port: site.server.port, tls: options).get("/fhir/Patient", Site.basic).status
    }

    @Test func theSubjectIsInTheAuditLogAndInTheLogAndReplacesNoCredentials() throws {
        let path = folder.at("audit.ndjson")
        let site = try site(["--audit-log", path, "--log-level", "debug"])
        #expect(try site.status() == 200)
        #expect(try site.status("basic", "wrong") == 401)
        let presented = try site.http.get("/fhir/Patient")
        #expect(presented.status == 401)
        let subject = #"CN=ward 7,O=Ward\, Ltd"#
        let lines = try AuditLine.lines(of: folder.text(of: "audit.ndjson"))
        #expect(lines.map(\.code).suffix(3) == ["secret-used 0", "wrong-password 4", "no-credentials 4"])
        for line in lines {
            let agents = line.members["agent"] as? [[String: Any]] ?? []
            #expect(agents.map { $0["altId"] as? String } == [subject, nil])
        }
        #expect(lines.last { $0.code == "wrong-password 4" }?.name == "Client/basic")
        let requests = try site.server.logLines(atLeast: 3) { $0.message == "request" }
        #expect(requests.allSatisfy { $0["client_certificate"] == subject })
        let denial = try site.server.logLines { $0.reason == "wrong-password" }
        #expect(denial[0]["client_certificate"] == subject)
    }

    @Test func noCertificateIsFineUnlessOneIsRequired() throws {
        let optional = try site()
        #expect(try status(optional, presenting(nil)) == 200)
        let required = try site(["--tls-client-auth", "required"])
        #expect(try required.status() == 200)
        #expect(throws: (any Error).self) { try status(required, presenting(nil)) }
        var old = presenting(nil)
        old.highest = TLSClient.version12
        let fault = #expect(throws: TLSTestFault.self) { try Wire(port: required.server.port, tls: TLSClient(old)) }
        #expect(fault?.description.contains("handshake failure") == true, "\(String(describing: fault))")
    }

    @Test func aCertificateOfAStrangerIsRefusedEvenWhereNoneWouldDo() throws {
        let site = try site(["--ops-port", "0"])
        let stranger = presenting(try TestAuthority("Stranger").issue("ward 7"))
        #expect(throws: (any Error).self) { try status(site, stranger) }
        var old = stranger
        old.highest = TLSClient.version12
        let fault = #expect(throws: TLSTestFault.self) { try Wire(port: site.server.port, tls: TLSClient(old)) }
        #expect(fault?.description.contains("unknown ca") == true, "\(String(describing: fault))")
        let ops = HTTPClient(port: try #require(site.server.opsPort))
        let key = "keyward_tls_handshake_failures_total{reason=\"client-certificate\"}"
        #expect(try eventually { try ops.metrics()[key] == 2 })
    }

    @Test func theAuthoritiesAreFollowedToo() throws {
        let site = try site()
        #expect(try site.status() == 200)
        let other = try TestAuthority("Other")
        try files.write(other.certificate, to: "ca.new")
        let path = String(files.authorities.dropLast("pem".count)) + "new"
        #expect(unsafe rename(path, files.authorities) == 0)
        #expect(throws: (any Error).self) { try status(site, presenting(try files.authority.issue("ward 7"))) }
        #expect(try status(site, presenting(try other.issue("ward 8"))) == 200)
    }

    @Test func curlPresentsOne() throws {
        let site = try site(["--tls-client-auth", "required", "--log-level", "debug"])
        let pair = try files.authority.issue("curl")
        let certificate = try files.write(pair.certificate, to: "client.crt")
        let key = try files.write(pair.key, to: "client.key")
        let words = [
            "/usr/bin/curl", "--silent", "--show-error", "--cacert", files.authorities,
            "https://localhost:\(site.server.port)/livez",
        ]
        let without = try ChildProcess.run(words)
        #expect(without.status != 0)
        let with = try ChildProcess.run(words + ["--cert", certificate, "--key", key])
        #expect(with.status == 0, "\(with.errors)")
        #expect(try site.server.logLines { $0["client_certificate"]?.hasPrefix("CN=curl") == true }.count == 1)
    }
}
