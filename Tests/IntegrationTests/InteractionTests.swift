import Foundation
import Testing

/// create, read, update and delete as the FHIR R4 REST page has them.
@Suite struct InteractionTests {
    let site: Site
    let http: HTTPClient

    init() throws {
        site = try Site.withRoot(arguments: ["--store", "memory:"])
        http = site.http
    }

    static let patient = #"{"resourceType":"Patient","id":"p","multipleBirthInteger":1.10,"name":[{"family":"Ü"}]}"#

    private func send(_ method: String, _ path: String, _ fields: [(String, String)] = [], _ body: String? = nil) throws
        -> Answer
    {
        try http.send(method, path, Site.root + fields, body.map { Array($0.utf8) })
    }

    private static func isDate(_ text: String?) -> Bool {
        text?.wholeMatch(of: /(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT/) != nil
    }

    @Test func createGivesAnIdAndSaysWhere() throws {
        let created = try send("POST", "/fhir/Patient", [], #"{"resourceType": "Patient", "id": "mine"}"#)
        #expect(created.status == 201)
        let id = try #require(try created.json["id"] as? String)
        #expect(id != "mine" && id.wholeMatch(of: /[A-Za-z0-9\-.]{1,64}/) != nil)
        let location = try #require(created["Location"])
        // R4 http.html#create: the id and the version, which can be read there.
        #expect(location.hasSuffix("/fhir/Patient/\(id)/_history/1"))
        let version = try send("GET", "/fhir/Patient/\(id)/_history/1")
        #expect(version.status == 200 && version.body == created.body)
        #expect(created["ETag"] == #"W/"1""#)
        #expect(Self.isDate(created["Last-Modified"]))
        let read = try send("GET", "/fhir/Patient/\(id)")
        #expect(read.status == 200 && read.body == created.body)
        let other = try send("POST", "/fhir/Patient", [], #"{"resourceType": "Patient"}"#)
        #expect(try other.json["id"] as? String != id)
        #expect(try send("GET", "/fhir/Patient/mine").status == 404)
    }

    @Test func updatesCountVersions() throws {
        let created = try send("PUT", "/fhir/Patient/p", [], Self.patient)
        #expect(created.status == 201)
        #expect(created["Location"]?.contains("/fhir/Patient/p") == true)
        for version in 2...4 {
            let updated = try send("PUT", "/fhir/Patient/p", [], Self.patient)
            #expect(updated.status == 200)
            #expect(updated["ETag"] == "W/\"\(version)\"" && updated.version == version)
            #expect(updated["Location"] == nil || updated["Location"]?.contains("/fhir/Patient/p") == true)
        }
        let read = try send("GET", "/fhir/Patient/p")
        #expect(read["ETag"] == #"W/"4""#)
        #expect(Self.isDate(read["Last-Modified"]))
        let meta = try #require(try read.json["meta"] as? [String: String])
        #expect(meta["lastUpdated"]?.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/) != nil)
        #expect(read.text.contains("1.10"))
    }

    @Test func aGivenMetaIsKeptButForVersionAndTime() throws {
        let body =
            #"{"resourceType":"Patient","id":"p","meta":{"tag":[{"code":"x"}],"versionId":"77","#
            + #""lastUpdated":"1999-01-01T00:00:00Z"}}"#
        let created = try send("PUT", "/fhir/Patient/p", [], body)
        #expect(created.status == 201 && created.version == 1)
        let meta = try #require(try created.json["meta"] as? [String: Any])
        #expect((meta["tag"] as? [[String: String]])?.first?["code"] == "x")
        #expect(meta["lastUpdated"] as? String != "1999-01-01T00:00:00Z")
    }

    @Test func anIfMatchThatDoesNotFitIs412() throws {
        #expect(
            try send("PUT", "/fhir/Patient/p", [("If-Match", #"W/"1""#)], Self.patient).status == 412, "not there yet")
        #expect(try send("GET", "/fhir/Patient/p").status == 404)
        #expect(try send("PUT", "/fhir/Patient/p", [], Self.patient).status == 201)
        let fits = try send("PUT", "/fhir/Patient/p", [("If-Match", #"W/"1""#)], Self.patient)
        #expect(fits.status == 200 && fits.version == 2)
        for tag in [#"W/"1""#, #"W/"3""#, #"W/"2x""#] {
            let refused = try send("PUT", "/fhir/Patient/p", [("If-Match", tag)], Self.patient)
            #expect(refused.status == 412 && refused.isOutcome, "\(tag): \(refused.text)")
        }
        #expect(try send("GET", "/fhir/Patient/p").version == 2)
    }

    @Test func anIfNoneMatchSparesARead() throws {
        #expect(try send("PUT", "/fhir/Patient/p", [], Self.patient).status == 201)
        let unchanged = try send("GET", "/fhir/Patient/p", [("If-None-Match", #"W/"1""#)])
        #expect(unchanged.status == 304 && unchanged.body.isEmpty)
        #expect(unchanged["ETag"] == #"W/"1""#)
        #expect(try send("GET", "/fhir/Patient/p", [("If-None-Match", #"W/"9", W/"1""#)]).status == 304)
        #expect(try send("GET", "/fhir/Patient/p", [("If-None-Match", #"W/"2""#)]).status == 200)
    }

    @Test func anIfNoneMatchOfStarCreatesOnly() throws {
        #expect(try send("PUT", "/fhir/Patient/p", [("If-None-Match", "*")], Self.patient).status == 201)
        let refused = try send("PUT", "/fhir/Patient/p", [("If-None-Match", "*")], Self.patient)
        #expect(refused.status == 412 && refused.isOutcome)
        #expect(try send("GET", "/fhir/Patient/p").version == 1)
    }

    @Test func aDeletedResourceIsGoneUntilAPutRevivesIt() throws {
        #expect(try send("PUT", "/fhir/Patient/p", [], Self.patient).status == 201)
        let deleted = try send("DELETE", "/fhir/Patient/p")
        #expect(deleted.status == 204 && deleted.body.isEmpty)
        let gone = try send("GET", "/fhir/Patient/p")
        #expect(gone.status == 410 && gone.isOutcome)
        #expect([200, 204].contains(try send("DELETE", "/fhir/Patient/p").status), "deleting is idempotent")
        #expect([200, 204].contains(try send("DELETE", "/fhir/Patient/never").status))
        #expect(try send("GET", "/fhir/Patient/never").status == 404)
        #expect(try send("GET", "/fhir/Patient").json["total"] as? Int == 0)
        let revived = try send("PUT", "/fhir/Patient/p", [], Self.patient)
        #expect(revived.status == 201 && revived.version == 3, "the delete took version 2")
        #expect(try send("GET", "/fhir/Patient/p").status == 200)
    }

    @Test func aDeletedClientIsDeniedAtOnce() throws {
        #expect(try http.get("/fhir/Patient", Site.basic).status == 200)
        #expect(try send("DELETE", "/fhir/Client/basic").status == 204)
        #expect(try http.get("/fhir/Patient", Site.basic).status == 401)
    }

    @Test func preferDecidesWhatAWriteReturns() throws {
        let minimal = try send("PUT", "/fhir/Patient/p", [("Prefer", "return=minimal")], Self.patient)
        #expect(minimal.status == 201 && minimal.body.isEmpty)
        #expect(minimal["ETag"] == #"W/"1""#)
        let outcome = try send("PUT", "/fhir/Patient/p", [("Prefer", "return=OperationOutcome")], Self.patient)
        #expect(outcome.status == 200)
        #expect(try outcome.issues.first?.severity == "information")
        let whole = try send("PUT", "/fhir/Patient/p", [("Prefer", "return=representation")], Self.patient)
        #expect(try whole.json["resourceType"] as? String == "Patient" && whole.version == 3)
    }

    @Test(arguments: [
        "/", "/fhir", "/fhir/", "/fhir/Unknown", "/fhir/patient", "/fhir/Unknown/1", "/fhir/Patient/p/x/y/z",
        "/fhir/Patient/",
        "/Patient", "/fhir/../fhir/Patient", "/fhir/%2e%2e", "/fhir/Patient/%zz", "/fhir//Patient", "/metrics",
    ])
    func anUnknownPathIs404(path: String) throws {
        let answer = try send("GET", path)
        #expect(answer.status == 404 || (path.contains("%zz") && answer.status == 400), "\(answer.status)")
        #expect(answer.isOutcome, "\(answer.text)")
    }

    @Test(arguments: ["a_b", "ä", "a%20b", "%2e%2e%2f", String(repeating: "a", count: 65)])
    func anIdThatIsNoneIsRefused(id: String) throws {
        let path = "/fhir/Patient/\(id.replacingOccurrences(of: "ä", with: "%C3%A4"))"
        #expect(try [400, 404].contains(send("GET", path).status))
        let plain = id.removingPercentEncoding ?? id
        let put = try send("PUT", path, [], #"{"resourceType": "Patient", "id": "\#(plain)"}"#)
        #expect([400, 404].contains(put.status) && put.isOutcome, "\(put.status)")
    }

    @Test func anotherMethodIs405WithTheOnesThatThereAre() throws {
        for (method, path, allowed) in [
            ("POST", "/fhir/Patient/p", ["GET", "HEAD", "PUT", "DELETE"]),
            ("PATCH", "/fhir/Patient/p", ["GET", "PUT"]),
            ("PUT", "/fhir/Patient", ["GET", "HEAD", "POST"]), ("DELETE", "/fhir/Patient", ["GET", "POST"]),
            ("DELETE", "/fhir/Patient/p/_history", ["GET", "HEAD"]),
            ("PUT", "/fhir/Patient/p/_history/1", ["GET", "HEAD"]),
            ("POST", "/health", ["GET", "HEAD"]), ("DELETE", "/fhir/metadata", ["GET", "HEAD"]),
        ] {
            let answer = try send(method, path, [], method == "DELETE" ? nil : Self.patient)
            #expect(answer.status == 405 && answer.isOutcome, "\(method) \(path): \(answer.status)")
            let allow = Set(
                (answer["Allow"] ?? "").split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) })
            #expect(allow.isSuperset(of: allowed) && !allow.contains(method), "\(method) \(path): \(allow)")
        }
    }

    @Test(arguments: ["BREW", "get", "PROPFIND"])
    func anUnknownMethodIs501(method: String) throws {
        #expect(try send(method, "/fhir/Patient").status == 501)
    }

    @Test func headIsGetWithoutTheContent() throws {
        #expect(try send("PUT", "/fhir/Patient/p", [], Self.patient).status == 201)
        for path in [
            "/fhir/Patient/p", "/fhir/Patient", "/health", "/fhir/metadata", "/fhir/Patient/none", "/livez",
            "/fhir/Patient/p/_history", "/fhir/Patient/p/_history/1", "/fhir/Patient/p/_history/2",
        ] {
            let get = try send("GET", path)
            let head = try send("HEAD", path)
            #expect(head.status == get.status, "\(path)")
            #expect(head["Content-Length"] == get["Content-Length"], "\(path)")
            #expect(head["ETag"] == get["ETag"] && head["Content-Type"] == get["Content-Type"])
        }
        // The connection is still in step.
        #expect(try send("GET", "/fhir/Patient/p").status == 200)
    }

    @Test func theCapabilityStatementSaysExactlyWhatThereIs() throws {
        let answer = try http.get("/fhir/metadata")
        #expect(answer.status == 200, "without credentials")
        #expect(try answer.json["resourceType"] as? String == "CapabilityStatement")
        #expect(try answer.json["fhirVersion"] as? String == "4.0.1")
        let rest = try #require(try (answer.json["rest"] as? [[String: Any]])?.first)
        let resources = try #require(rest["resource"] as? [[String: Any]])
        let types = resources.compactMap { $0["type"] as? String }
        #expect(Set(types).count == types.count)
        #expect(types.contains("Client") && types.contains("Patient") && types.contains("Observation"))
        #expect(!types.contains("AccessPolicy") && !types.contains("DomainResource"))
        #expect((146...151).contains(types.count), "\(types.count)")
        for resource in resources {
            let codes = (resource["interaction"] as? [[String: Any]] ?? []).compactMap { $0["code"] as? String }
            #expect(
                Set(codes) == ["read", "vread", "create", "update", "delete", "history-instance", "search-type"])
        }
    }

    /// One of every type that is declared can be read, and nothing else.
    @Test func everyDeclaredTypeIsServed() throws {
        let rest = try #require(try (http.get("/fhir/metadata").json["rest"] as? [[String: Any]])?.first)
        for resource in rest["resource"] as? [[String: Any]] ?? [] {
            let type = try #require(resource["type"] as? String)
            #expect(try send("GET", "/fhir/\(type)?_summary=count").status == 200, "\(type)")
        }
    }
}
