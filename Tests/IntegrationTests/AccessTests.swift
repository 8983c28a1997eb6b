import Foundation
import Testing

/// Who may do what (contract §3).
@Suite struct AccessTests {
    @Test(arguments: [
        "localhost", "127.0.0.1", "127.0.0.1:8080", "localhost:1", "[::1]", "[::1]:80", "LOCALHOST", "x.localhost",
    ])
    func tutorialModeTakesAHostOfThisMachine(host: String) throws {
        let site = try Site.withClient(arguments: ["--store", "memory:"])
        #expect(try site.http.get("/fhir/Client/basic", [("Host", host)]).status == 200)
    }

    @Test(arguments: [
        "evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "10.0.0.1", "evil.example:8080", "[::2]",
        "0.0.0.0",
    ])
    func tutorialModeRefusesAForeignHost(host: String) throws {
        let site = try Site.withClient(arguments: ["--store", "memory:"])
        for answer in [
            try site.http.get("/fhir/Client/basic", [("Host", host)]),
            try site.http.put("/fhir/Client/evil", ClientBody.text("evil"), [("Host", host)]),
            try site.http.delete("/fhir/Client/basic", [("Host", host)]),
        ] {
            #expect(answer.status == 401 && answer.isOutcome, "\(answer.text)")
        }
        #expect(try site.http.get("/fhir/Client/basic").status == 200)
        #expect(try site.http.get("/fhir/Client/evil").status == 404)
    }

    @Test func tutorialModeRefusesAForeignOrigin() throws {
        let site = try Site.withClient(arguments: ["--store", "memory:"])
        let port = site.server.port
        for origin in [
            "http://evil.example", "https://127.0.0.1:\(port)", "http://localhost.evil.example:\(port)", "null",
            "http://127.0.0.1:\(port == 1 ? 2 : 1)",
        ] {
            #expect(try site.http.get("/fhir/Client/basic", [("Origin", origin)]).status == 401, "\(origin)")
            let put = try site.http.put("/fhir/Client/evil", ClientBody.text("evil"), [("Origin", origin)])
            #expect(put.status == 401, "\(origin)")
        }
        #expect(try site.http.get("/fhir/Client/evil").status == 404)
        #expect(try site.http.get("/fhir/Client/basic", [("Origin", "http://127.0.0.1:\(port)")]).status == 200)
    }

    @Test func tutorialModeNeverOpensClinicalResources() throws {
        let site = try Site.withClient(arguments: ["--store", "memory:"])
        let body = #"{"resourceType": "Patient", "id": "p"}"#
        for answer in [
            try site.http.get("/fhir/Patient"), try site.http.get("/fhir/Patient/p"),
            try site.http.delete("/fhir/Patient/p"),
            try site.http.put("/fhir/Patient/p", body), try site.http.post("/fhir/Patient", body),
        ] {
            #expect(answer.status == 401, "\(answer.head)")
        }
        #expect(try site.http.get("/fhir/Patient/p", Site.basic).status == 404)
        let warnings = site.server.logLines.filter { $0.level == "warning" && $0.text.contains("tutorial") }
        #expect(warnings.count == 1)
    }

    @Test func aClientReadsAndWritesClinicalResourcesAndNoSystemOnes() throws {
        let site = try Site.withClient(arguments: ["--store", "memory:"])
        let http = site.http
        #expect(try http.put("/fhir/Patient/p", #"{"resourceType": "Patient", "id": "p"}"#, Site.basic).status == 201)
        #expect(try http.get("/fhir/Patient/p", Site.basic).status == 200)
        #expect(try http.delete("/fhir/Patient/p", Site.basic).status == 204)
        for answer in [
            try http.get("/fhir/Client", Site.basic), try http.get("/fhir/Client/basic", Site.basic),
            try http.get("/fhir/Client/none", Site.basic),
            try http.post("/fhir/Client", ClientBody.text("x"), Site.basic),
            try http.put("/fhir/Client/x", ClientBody.text("x"), Site.basic),
            try http.delete("/fhir/Client/basic", Site.basic),
        ] {
            #expect(answer.status == 403 && answer.isOutcome, "\(answer.head)")
            #expect(try answer.issues.first?.code == "forbidden")
        }
        // Wrong credentials are none: they do not fall back to the tutorial's freedom.
        #expect(try http.get("/fhir/Client/basic", HTTPClient.basic("basic", "wrong")).status == 401)
        #expect(try http.get("/fhir/Client/basic").status == 200)
    }

    @Test func anAccessPolicyIsUnknownUntilItsEngineComes() throws {
        let site = try Site.withClient(arguments: ["--store", "memory:"])
        #expect(
            try site.http.put("/fhir/AccessPolicy/p", #"{"resourceType": "AccessPolicy", "id": "p"}"#).status == 404)
    }

    @Test func rootMayDoEverythingAndNobodyElseWithoutCredentials() throws {
        let site = try Site.withRoot(arguments: ["--store", "memory:"])
        let http = site.http
        #expect(try http.get("/fhir/Client/basic", Site.root).status == 200)
        #expect(try http.put("/fhir/Patient/p", #"{"resourceType": "Patient", "id": "p"}"#, Site.root).status == 201)
        #expect(try http.get("/fhir/Patient", Site.root).status == 200)
        #expect(try http.get("/fhir/Client/basic", Site.root + [("Host", "keyward.example")]).status == 200)

        let wrong = try http.get("/fhir/Client/basic", HTTPClient.basic("root", "wrong"))
        #expect(wrong.status == 401)
        #expect(try http.get("/fhir/Client/basic").comparable == wrong.comparable)
        #expect(try http.put("/fhir/Client/x", ClientBody.text("x")).status == 401)
        #expect(try http.get("/fhir/Patient").status == 401)
        #expect(try http.get("/fhir/Patient", HTTPClient.basic("Root", "root-value")).status == 401)
        #expect(try http.get("/fhir/Patient", Site.basic).status == 200)
        #expect(try http.get("/fhir/Client", Site.basic).status == 403)
        #expect(site.server.logLines.allSatisfy { !$0.text.contains("tutorial") })
    }

    @Test func theRootSecretRotatesToo() throws {
        let site = try Site.withRoot(arguments: ["--store", "memory:"])
        try site.volume.swap(["root-secret": "another"])
        #expect(try site.http.get("/fhir/Client", Site.root).status == 401)
        #expect(try site.http.get("/fhir/Client", HTTPClient.basic("root", "another")).status == 200)
    }

    @Test func withoutARootSecretThereIsNoRoot() throws {
        let site = try Site(
            secrets: ["root-secret": "root-value"], config: Site.rootSecret, arguments: ["--store", "memory:"])
        #expect(try site.http.get("/fhir/Patient", Site.root).status == 401)
    }
}
