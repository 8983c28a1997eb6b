import Foundation
import Testing

/// search-type as far as it goes: `_id`, `_count`, paging, `_summary=count`, `_total`.
@Suite struct SearchTests {
    let site: Site
    let http: HTTPClient
    let ids = (0..<25).map { "p\($0)" }

    init() throws {
        site = try Site.withClient(arguments: ["--store", "memory:"])
        http = site.http
        for id in ids {
            let answer = try http.put(
                "/fhir/Patient/\(id)", #"{"resourceType": "Patient", "id": "\#(id)"}"#, Site.basic)
            guard answer.status == 201 else { throw HarnessFault("PUT Patient/\(id): \(answer.status)") }
        }
    }

    private func search(_ query: String, _ fields: [(String, String)] = []) throws -> Answer {
        try http.get("/fhir/Patient\(query)", Site.basic + fields)
    }

    private func ids(_ answer: Answer) throws -> [String] { try answer.matches.compactMap { $0["id"] as? String } }

    /// The path and query of a link, which may be absolute.
    private func path(_ url: String) -> String {
        guard let range = url.range(of: "/fhir/") else { return url }
        return String(url[range.lowerBound...])
    }

    @Test(arguments: [1, 2, 7, 24, 25, 26])
    func pagingShowsEachOnceInOrder(count: Int) throws {
        var seen: [String] = []
        var next: String? = "/fhir/Patient?_count=\(count)"
        var pages = 0
        while let link = next {
            let page = try http.get(link, Site.basic)
            #expect(page.status == 200)
            #expect(try page.json["total"] as? Int == 25)
            let found = try ids(page)
            #expect(found.count <= count)
            seen += found
            #expect(try page.link("self") != nil)
            next = try page.link("next").map(path)
            pages += 1
            try #require(pages <= 30, "paging comes to no end")
        }
        #expect(seen == ids.sorted())
        #expect(pages == (25 + count - 1) / count)
    }

    @Test func writesBetweenPagesNeitherRepeatNorSkip() throws {
        let first = try search("?_count=10")
        let next = try #require(try first.link("next").map(path))
        let already = try ids(first)
        #expect(try http.delete("/fhir/Patient/\(already[0])", Site.basic).status == 204)
        #expect(try http.put("/fhir/Patient/a", #"{"resourceType": "Patient", "id": "a"}"#, Site.basic).status == 201)
        let second = try http.get(next, Site.basic)
        #expect(try ids(second) == Array(ids.sorted()[10..<20]))
    }

    @Test func anIdFindsThatOneAlone() throws {
        #expect(try ids(search("?_id=p7")) == ["p7"])
        #expect(try ids(search("?_id=p7,p3,none")) == ["p3", "p7"])
        #expect(try ids(search("?_id=none")) == [])
        #expect(try ids(search("?_id=p7&_id=p3")) == [], "repeated parameters are an and")
        let one = try #require(try search("?_id=p7").json["entry"] as? [[String: Any]]).first
        #expect((one?["fullUrl"] as? String)?.hasSuffix("/fhir/Patient/p7") == true)
    }

    @Test func aCountAndATotalAreAsAskedFor() throws {
        let count = try search("?_summary=count")
        #expect(try count.json["total"] as? Int == 25)
        #expect(try count.json["entry"] == nil)
        let zero = try search("?_count=0")
        #expect(try zero.json["total"] as? Int == 25)
        #expect(try zero.matches.isEmpty)
        #expect(try search("?_total=none").json["total"] == nil)
        #expect(try search("?_total=accurate").json["total"] as? Int == 25)
    }

    @Test func anUnknownParameterIsNamedOrRefused() throws {
        let lenient = try search("?colour=red&_count=5")
        #expect(lenient.status == 200)
        #expect(try ids(lenient).count == 5)
        let entries = try #require(try lenient.json["entry"] as? [[String: Any]])
        let outcomes = entries.filter { ($0["search"] as? [String: Any])?["mode"] as? String == "outcome" }
        #expect(outcomes.count == 1)
        #expect("\(outcomes)".contains("colour"))
        let link = try #require(try lenient.link("self"))
        #expect(!link.contains("colour"), "self says what was done")
        let strict = try search("?colour=red", [("Prefer", "handling=strict")])
        #expect(strict.status == 400 && strict.isOutcome)
        #expect(strict.text.contains("colour"))
    }

    @Test(arguments: [
        "?_count=x", "?_count=-1", "?_count=1&_count=2", "?_total=maybe", "?_summary=maybe", "?_count=%zz",
    ])
    func aBadValueIsRefused(query: String) throws {
        let answer = try search(query)
        #expect(answer.status == 400 && answer.isOutcome, "\(answer.status) \(answer.text)")
    }

    @Test func aSearchByPostIsTheSame() throws {
        let form = [("Content-Type", "application/x-www-form-urlencoded")]
        let answer = try http.post("/fhir/Patient/_search", "_id=p7%2Cp3", Site.basic + form)
        #expect(answer.status == 200, "\(answer.text)")
        #expect(try ids(answer) == ["p3", "p7"])
    }

    @Test func aSearchOfClientsShowsNoValue() throws {
        let answer = try http.get("/fhir/Client")
        #expect(try answer.matches.compactMap { $0["id"] as? String } == ["basic"])
        #expect(!answer.text.contains(Site.secret))
    }
}
