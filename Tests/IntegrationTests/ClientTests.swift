import Foundation
import Testing

/// Clients that people use, against the real server.
@Suite(.serialized) struct ClientTests {
    @Test(
        .enabled(
            if: ForeignClient.isInstalled(ForeignClient.python), "scripts/clients installs them, as make test does"),
        arguments: ["curl", "requests", "httpx", "aiohttp"])
    func theWholeConversationWorks(client: String) throws {
        let site = try Site(
            secrets: ["client-secret": Site.secret, "root-secret": "root-value"],
            config: "\(Site.tutorialSecret), \(Site.rootSecret)",
            arguments: ["--store", "memory:", "--root-secret", "root-secret"])
        let report = try ForeignClient.converse(client, with: "http://127.0.0.1:\(site.server.port)")
        #expect(report.status == 0, "\(report.output.suffix(500))\n\(report.errors)")
        #expect(report.output.hasSuffix("all is well\n"))
    }

    @Test(
        .enabled(if: ForeignClient.isInstalled(ForeignClient.wrk), "needs wrk; make test installs it"),
        arguments: ["", "Accept-Encoding: gzip"])
    func wrkMeetsNoErrorUnderLoad(field: String) throws {
        let site = try Site.withClient(arguments: ["--store", "memory:"])
        let body = #"{"resourceType":"Patient","id":"a","x":"\#(String(repeating: "x", count: 1_100))"}"#
        #expect(try site.http.put("/fhir/Patient/a", body, Site.basic).status == 201)
        let credentials = Site.basic.map { "\($0.0): \($0.1)" }
        let report = try ChildProcess.run(
            [ForeignClient.wrk, "-t", "1", "-c", "32", "-d", "2s"]
                + (credentials + [field]).filter { !$0.isEmpty }.flatMap { ["-H", $0] }
                + ["http://127.0.0.1:\(site.server.port)/fhir/Patient/a"], within: .seconds(30))
        #expect(report.status == 0, "\(report.errors)")
        #expect(!report.output.contains("Socket errors") && !report.output.contains("Non-2xx"), "\(report.output)")
        let words = report.output.split(whereSeparator: \.isWhitespace)
        let count = words.firstIndex(of: "requests").flatMap { Int(words[$0 - 1]) }
        #expect(try #require(count, "\(report.output)") > 500, "\(report.output)")
    }
}
