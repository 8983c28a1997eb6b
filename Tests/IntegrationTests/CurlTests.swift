import Foundation
import Testing

/// What curl can say of the wire that other clients do not tell.
@Suite(.serialized, .enabled(if: ForeignClient.isInstalled(ForeignClient.curl), "needs curl; make test installs it"))
final class CurlTests {
    let site: Site
    private let folder: TemporaryFolder
    private let large = String(repeating: "Chalmers ", count: 211_000)

    init() throws {
        site = try Site.withClient(arguments: ["--store", "memory:"])
        folder = try TemporaryFolder()
        let body = #"{"resourceType":"Patient","id":"a","name":[{"family":"\#(large.prefix(2_000))"}]}"#
        #expect(try site.http.put("/fhir/Patient/a", body, Site.basic).status == 201)
    }

    private func url(_ path: String) -> String { "http://127.0.0.1:\(site.server.port)\(path)" }

    /// Runs curl, which says of each response its status, its version and how many connections it took.
    private func curl(
        _ words: [String], _ paths: [String] = ["/fhir/Patient/a"], content: String = "/dev/null",
        user: String? = "basic:\(Site.secret)", input: String = "/dev/null"
    ) throws -> ChildProcess.Report {
        let perPath = paths.flatMap { ["--output", content, url($0)] }
        return try ChildProcess.run(
            [
                ForeignClient.curl, "--silent", "--show-error", "--noproxy", "*", "--max-time", "20", "--write-out",
                "%{http_code} %{http_version} %{num_connects}\\n",
            ] + (user.map { ["--user", $0] } ?? []) + words + perPath, input: input)
    }

    private func said(_ report: ChildProcess.Report) -> [String] {
        report.output.split(separator: "\n").map(String.init)
    }

    @Test func oneConnectionServesManyRequests() throws {
        let report = try curl([], ["/fhir/Patient/a", "/fhir/Patient/none", "/livez", "/fhir/Patient/a"])
        #expect(said(report) == ["200 1.1 1", "404 1.1 0", "200 1.1 0", "200 1.1 0"], "\(report.errors)")
    }

    @Test func version10GetsAConnectionForEachUnlessItAsks() throws {
        let paths = ["/fhir/Patient/a", "/fhir/Patient/a"]
        #expect(try said(curl(["--http1.0"], paths)) == ["200 1.1 1", "200 1.1 1"])
        #expect(
            try said(curl(["--http1.0", "--header", "Connection: keep-alive"], paths)) == ["200 1.1 1", "200 1.1 0"])
    }

    @Test func anOfferOfVersion2IsAnsweredIn11() throws {
        let report = try curl(["--http2"], ["/fhir/Patient/a", "/fhir/Patient/a"])
        #expect(report.status == 0, "\(report.errors)")
        #expect(said(report) == ["200 1.1 1", "200 1.1 0"])
    }

    @Test func version2WithoutAskingIsRefusedAtOnce() throws {
        let began = ContinuousClock.now
        let report = try curl(["--http2-prior-knowledge"])
        // Not 28, a time-out: curl learns at once that this is not what it wants.
        #expect(report.status != 0 && report.status != 28, "\(report)")
        #expect(ContinuousClock.now - began < .seconds(10))
        #expect(try said(curl([])) == ["200 1.1 1"])
    }

    @Test func compressedContentIsUnpackedByCurl() throws {
        let (plain, packed) = (folder.at("plain"), folder.at("packed"))
        #expect(try said(curl(["--dump-header", folder.at("plain-header")], content: plain)) == ["200 1.1 1"])
        let words = ["--compressed", "--dump-header", folder.at("packed-header")]
        #expect(try said(curl(words, content: packed)) == ["200 1.1 1"])
        #expect(folder.text(of: "packed") == folder.text(of: "plain"))
        #expect(folder.text(of: "packed").contains("Chalmers"))
        #expect(folder.text(of: "packed-header").contains("Content-Encoding: gzip\r\n"))
        #expect(!folder.text(of: "plain-header").contains("Content-Encoding"))
    }

    @Test func aLargeFileIsSentOnceTheServerSaysContinue() throws {
        let body = try folder.write(#"{"resourceType":"Patient","id":"big","x":"\#(large)"}"#, to: "body")
        let words = [
            "--request", "PUT", "--header", "Content-Type: application/fhir+json", "--header", "Expect: 100-continue",
            "--data-binary", "@\(body)", "--dump-header", folder.at("header"),
        ]
        #expect(try said(curl(words, ["/fhir/Patient/big"])) == ["201 1.1 1"])
        #expect(folder.text(of: "header").hasPrefix("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\n"))
        // One who may not write is told so instead, and nothing is sent.
        let denied = try curl(
            words + ["--write-out", "%{http_code} %{size_upload}"], ["/fhir/Patient/big"], user: "basic:no")
        #expect(said(denied) == ["401 0"], "\(denied)")
    }

    @Test func aStreamOfUnknownLengthIsTaken() throws {
        let body = try folder.write(#"{"resourceType":"Patient","id":"stream","x":"\#(large)"}"#, to: "body")
        let words = ["--upload-file", "-", "--header", "Content-Type: application/fhir+json"]
        #expect(try said(curl(words, ["/fhir/Patient/stream"], input: body)) == ["201 1.1 1"])
    }

    @Test func headIsAnsweredWithoutContent() throws {
        let report = try curl(
            ["--head", "--dump-header", folder.at("header")], ["/fhir/Patient/a", "/fhir/Patient/a"])
        #expect(said(report) == ["200 1.1 1", "200 1.1 0"], "\(report.errors)")
        #expect(folder.text(of: "header").contains("Content-Length: "))
    }
}
