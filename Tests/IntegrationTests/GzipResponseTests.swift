import Foundation
import Testing

/// Responses in gzip: to one who asks, above a size, and nobody else's business.
@Suite(.serialized) final class GzipResponseTests {
    let site: Site
    private let large = "/fhir/Patient/large"

    init() throws {
        site = try Site.withClient(arguments: ["--store", "memory:", "--ops-port", "0"])
        let family = String(repeating: "Chalmers ", count: 300)
        for (id, text) in [("large", family), ("small", "Chalmers")] {
            let body = #"{"resourceType":"Patient","id":"\#(id)","name":[{"family":"\#(text)"}]}"#
            #expect(try site.http.put("/fhir/Patient/\(id)", body, Site.basic).status == 201)
        }
    }

    private func get(_ path: String, _ fields: [(String, String)] = [], method: String = "GET") throws -> Answer {
        try site.http.send(method, path, Site.basic + fields)
    }

    private static let gzip = [("Accept-Encoding", "gzip, deflate, br")]

    @Test func aLargeResourceComesPackedToOneWhoAsks() throws {
        let plain = try get(large)
        #expect(plain["Content-Encoding"] == nil && plain["Vary"] == "Accept-Encoding")
        let packed = try get(large, Self.gzip)
        #expect(packed.status == 200)
        #expect(packed["Content-Encoding"] == "gzip" && packed["Vary"] == "Accept-Encoding")
        #expect(packed["Content-Type"] == plain["Content-Type"])
        #expect(packed.body.count < 500)
        #expect(try Gzip.unpack(packed.body) == plain.text)
        // Weak, so it may stand for both (RFC 9110 §8.8.1).
        #expect(packed["ETag"] == #"W/"1""# && plain["ETag"] == #"W/"1""#)
    }

    @Test func headHasTheFieldsOfGetAndNoContent() throws {
        for fields in [[], Self.gzip] {
            let got = try get(large, fields)
            let head = try site.http.head(large, Site.basic + fields)
            #expect(head.body.isEmpty)
            func constant(_ answer: Answer) -> [String] {
                answer.fields.filter { $0.name != "X-Request-Id" && $0.name != "Date" }.map {
                    "\($0.name): \($0.value)"
                }
            }
            #expect(constant(head) == constant(got))
        }
    }

    @Test func aResponseWithoutContentIsLeftAlone() throws {
        let same = try get(large, Self.gzip + [("If-None-Match", #"W/"1""#)])
        #expect(same.status == 304)
        // As the 200 would have (RFC 9110 §15.4.5).
        #expect(same["Vary"] == "Accept-Encoding" && same["ETag"] == #"W/"1""#)
        #expect(same["Content-Encoding"] == nil && same["Content-Length"] == nil)
        #expect(try get("/fhir/Patient/small", Self.gzip + [("If-None-Match", #"W/"1""#)])["Vary"] == nil)
        let gone = try site.http.delete("/fhir/Patient/never", Site.basic + Self.gzip)
        #expect(gone.status == 204 && gone["Vary"] == nil && gone["Content-Encoding"] == nil)
    }

    @Test func aSmallResourceStaysAsItIs() throws {
        let small = try get("/fhir/Patient/small", Self.gzip)
        #expect(small["Content-Encoding"] == nil && small["Vary"] == nil)
        let forced = try get("/fhir/Patient/small", [("Accept-Encoding", "gzip, identity;q=0")])
        #expect(forced["Content-Encoding"] == "gzip")
        #expect(try Gzip.unpack(forced.body) == small.text)
    }

    @Test func theSettingIsTheEdge() throws {
        let path = "/fhir/Patient/small"
        let length = try get(path).body.count
        for (size, isPacked) in [("\(length)", true), ("\(length + 1)", false), ("none", false)] {
            let other = try Site.withClient(arguments: ["--store", "memory:", "--gzip-min-size", size])
            let body = #"{"resourceType":"Patient","id":"small","name":[{"family":"Chalmers"}]}"#
            #expect(try other.http.put(path, body, Site.basic).status == 201)
            let answer = try other.http.get(path, Site.basic + Self.gzip)
            #expect(answer["Vary"] == (isPacked ? "Accept-Encoding" : nil), "\(size)")
        }
    }

    @Test func whoAcceptsNothingThatThereIsGets406ExceptFromProbes() throws {
        let refused = try get(large, [("Accept-Encoding", "br, identity;q=0")])
        #expect(refused.status == 406 && refused.isOutcome, "\(refused)")
        #expect(try site.http.get("/livez", [("Accept-Encoding", "identity;q=0")]).status == 200)
        let put = try site.http.put(
            "/fhir/Patient/no", RawRequest.body("no"), Site.basic + [("Accept-Encoding", "*;q=0")])
        #expect(put.status == 406)
        #expect(try get("/fhir/Patient/no").status == 404, "nothing is done for one who cannot take the answer")
    }

    @Test func everyKindOfLargeContentComesPacked() throws {
        let page = try get("/fhir/Patient", Self.gzip)
        #expect(page["Content-Encoding"] == "gzip")
        #expect(try Gzip.unpack(page.body).contains(#""searchset""#))
        let capabilities = try site.http.get("/fhir/metadata", Self.gzip)
        #expect(try Gzip.unpack(capabilities.body) == site.http.get("/fhir/metadata").text)
        let ops = HTTPClient(port: try #require(site.server.opsPort))
        let metrics = try ops.get("/metrics", [("Accept-Encoding", "gzip;q=1.0,identity;q=0.5")])
        #expect(metrics["Content-Encoding"] == "gzip")
        #expect(try Gzip.unpack(metrics.body).contains("keyward_build_info"))
    }

    @Test func pipelinedResponsesComeInTheirOrderPackedAndNot() throws {
        // Beyond 64 KiB, so that one of them is packed beside the loop.
        let huge = String(repeating: "Chalmers ", count: 20_000)
        let body = #"{"resourceType":"Patient","id":"huge","name":[{"family":"\#(huge)"}]}"#
        #expect(try site.http.put("/fhir/Patient/huge", body, Site.basic).status == 201)
        let wire = try Wire(port: site.server.port)
        let asks = [
            ("small", false), ("huge", true), ("large", true), ("huge", false), ("small", true), ("huge", true),
        ]
        try wire.send(asks.map { RawRequest.get($0, $1 ? "Accept-Encoding: gzip\r\n" : "") }.joined())
        for (id, isPacked) in asks {
            let answer = try Answer(from: wire)
            #expect((answer["Content-Encoding"] == "gzip") == (isPacked && id != "small"))
            let text = answer["Content-Encoding"] == nil ? answer.text : try Gzip.unpack(answer.body)
            #expect(text.hasPrefix(#"{"resourceType":"Patient","id":"\#(id)""#))
        }
    }

    /// What makes compression harmless to secrets: a response to a right guess is the response to a wrong one, but for
    /// what it repeats of the guess. There is nothing that the guess could be compressed with.
    @Test func aRightGuessMeetsNothingInTheResponseThatItCouldBeComparedWith() throws {
        let right = Site.secret
        let wrong = String(right.reversed())
        for path in ["/fhir/Client?GUESS=1", "/fhir/Client?_id=GUESS", "/fhir/Client/GUESS", "/GUESS"] {
            func text(_ guess: String) throws -> String {
                try site.http.get(path.replacingOccurrences(of: "GUESS", with: guess)).text
                    .replacingOccurrences(of: guess, with: "GUESS")
            }
            #expect(try text(right) == text(wrong), "\(path)")
        }
    }

    @Test func aPageOfAnotherSiteGetsNothingPacked() throws {
        let answer = try get(large, Self.gzip + [("Sec-Fetch-Site", "cross-site")])
        #expect(answer.status == 200 && answer["Content-Encoding"] == nil)
    }
}
