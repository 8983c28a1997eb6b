import Foundation
import Testing

/// The tutorial, from the first PUT to the rotated secret.
@Suite struct TutorialTests {
    @Test func theWholeTutorialRuns() throws {
        let site = try Site()
        let http = site.http

        let body = ClientBody.text()
        let created = try http.put("/fhir/Client/basic", body)
        #expect(created.status == 201, "\(created.text)")
        #expect(created["ETag"] == #"W/"1""#)

        let read = try http.get("/fhir/Client/basic")
        #expect(read.status == 200)
        #expect(read["Content-Type"]?.hasPrefix("application/fhir+json") == true)
        #expect(try read.json["resourceType"] as? String == "Client")
        #expect(try read.json["grant_types"] as? [String] == ["basic"])
        let extensions = try #require(try (read.json["_secret"] as? [String: Any])?["extension"] as? [[String: String]])
        #expect(extensions.map { $0["valueCode"] ?? $0["valueString"] } == ["masked", "client-secret"])
        #expect(read.version == 1)
        #expect(!read.text.contains(Site.secret))
        #expect(try read.json["secret"] == nil)

        let found = try http.get("/fhir/Patient", Site.basic)
        #expect(found.status == 200, "\(found.text)")
        #expect(try found.json["resourceType"] as? String == "Bundle")
        #expect(try found.json["type"] as? String == "searchset")

        let refused = try http.get("/fhir/Patient", HTTPClient.basic("basic", "wrong-password"))
        #expect(refused.status == 401)
        #expect(refused["WWW-Authenticate"] == #"Basic realm="fhir", charset="UTF-8""#)
        #expect(try refused.issues.first?.code == "login")

        try site.volume.swap(["client-secret": "new-secret-value"])
        #expect(try site.status() == 401, "the old value, on the very next request")
        #expect(try site.status("basic", "new-secret-value") == 200)
    }

    @Test func aRestartOnTheSameStoreFindsTheClient() throws {
        let site = try Site.withClient()
        let before = try site.http.get("/fhir/Client/basic")
        #expect(try site.server.terminate() == .exited(0))
        try site.start()
        let after = try site.http.get("/fhir/Client/basic")
        #expect(after.status == 200)
        #expect(after.body == before.body)
        #expect(after["ETag"] == before["ETag"] && after["Last-Modified"] == before["Last-Modified"])
        #expect(try site.status() == 200)
    }

    @Test func theStoreInMemoryForgets() throws {
        let site = try Site(arguments: ["--store", "memory:"])
        try site.put(ClientBody.text())
        #expect(try site.status() == 200)
        #expect(try site.server.terminate() == .exited(0))
        try site.start()
        #expect(try site.http.get("/fhir/Client/basic").status == 404)
        #expect(!FileManager.default.fileExists(atPath: site.folder.at("memory:")))
    }

    /// Members in their order, unknown ones kept, numbers by their text; only `meta` is added.
    @Test func aClientComesBackAsItWentIn() throws {
        let site = try Site()
        let members = [
            #""zeta":[1.10,1e2,-0.0,100000000000000000000000000001]"#, #""resourceType":"Client""#,
            #""grant_types":["basic"]"#, #""id":"basic""#,
            #""_secret":{"extension":[\#(ClientBody.masked),\#(ClientBody.reference("client-secret"))]}"#,
            #""unknown":{"b":1,"a":{"ü":"\u00e9\ud83d\ude00"}}"#, #""alpha":null"#,
        ]
        try site.put("{\(members.joined(separator: ","))}")
        let read = try site.http.get("/fhir/Client/basic").text
        let names = ["zeta", "resourceType", "grant_types", "id", "_secret", "unknown", "alpha"]
        let places = names.map { read.range(of: "\"\($0)\":")?.lowerBound }
        #expect(places.allSatisfy { $0 != nil })
        #expect(places.compactMap { $0 } == places.compactMap { $0 }.filter { $0 != read.endIndex }.sorted())
        let compact = read.replacingOccurrences(of: ": ", with: ":").replacingOccurrences(of: ", ", with: ",")
        #expect(compact.contains("[1.10,1e2,-0.0,100000000000000000000000000001]"))
        #expect(
            compact.contains(#"{"b":1,"a":{"ü":"é😀"}}"#) || compact.contains(#"{"b":1,"a":{"ü":"\u00e9\ud83d\ude00"}}"#)
        )
        let object = try #require(try JSONSerialization.jsonObject(with: Data(read.utf8)) as? [String: Any])
        #expect(Set(object.keys) == Set(names + ["meta"]))
        #expect(Set((object["meta"] as? [String: Any] ?? [:]).keys) == ["versionId", "lastUpdated"])
    }
}
