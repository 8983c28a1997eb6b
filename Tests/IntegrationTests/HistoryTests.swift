import Foundation
import Testing

/// vread and history of an instance, with a store on the disk.
@Suite struct HistoryTests {
    private func entries(_ answer: Answer) throws -> [[String: Any]] {
        try answer.json["entry"] as? [[String: Any]] ?? []
    }

    private func versions(_ answer: Answer) throws -> [Int] {
        try entries(answer).compactMap { entry in
            let etag = (entry["response"] as? [String: Any])?["etag"] as? String
            return etag.flatMap { Int($0.trimmingCharacters(in: CharacterSet(charactersIn: "W/\""))) }
        }
    }

    /// Three versions of Patient/p, of which the bodies are returned, and a delete.
    private func fill(_ site: Site) throws -> [Answer] {
        let bodies = try (1...3).map { number in
            let family = #"[{"family":"v\#(number)"}]"#
            let body = #"{"resourceType":"Patient","id":"p","x":1.10,"name":\#(family)}"#
            return try site.http.put("/fhir/Patient/p", body, Site.basic)
        }
        #expect(bodies.map(\.status) == [201, 200, 200])
        #expect(try site.http.delete("/fhir/Patient/p", Site.basic).status == 204)
        return bodies
    }

    private func hold(_ site: Site, to written: [Answer]) throws {
        let http = site.http
        for (place, put) in written.enumerated() {
            let path = "/fhir/Patient/p/_history/\(place + 1)"
            let answer = try http.get(path, Site.basic)
            #expect(answer.status == 200 && answer.body == put.body && answer.text.contains("1.10"))
            #expect(answer["ETag"] == put["ETag"] && answer["Last-Modified"] == put["Last-Modified"])
            let known = try http.get(path, [("If-None-Match", "W/\"\(place + 1)\"")] + Site.basic)
            #expect(known.status == 304 && known.body.isEmpty)
        }
        let gone = try http.get("/fhir/Patient/p/_history/4", Site.basic)
        #expect(gone.status == 410 && gone.isOutcome)
        let never = try http.get("/fhir/Patient/p/_history/5", Site.basic)
        #expect(never.status == 404 && never.isOutcome)
        let history = try http.get("/fhir/Patient/p/_history", Site.basic)
        #expect(history.status == 200 && history["Content-Type"] == "application/fhir+json")
        #expect(try history.json["type"] as? String == "history" && history.json["total"] as? Int == 4)
        #expect(try versions(history) == [4, 3, 2, 1])
        // The bytes are those of a read.
        for put in written { #expect(history.text.contains(put.text)) }
        let first = try http.get("/fhir/Patient/p/_history?_count=3", Site.basic)
        let next = try #require(try first.link("next")?.split(separator: "/fhir/").last)
        #expect(try versions(first) == [4, 3, 2])
        #expect(try versions(http.get("/fhir/\(next)", Site.basic)) == [1])
    }

    @Test func everyVersionCanBeReadAlsoAfterARestart() throws {
        let site = try Site.withClient()
        let written = try fill(site)
        try hold(site, to: written)
        #expect(try site.server.terminate() == .exited(0))
        try site.start()
        try hold(site, to: written)
    }

    @Test func whatACompactionDropsIsNotThereAndTheRestIs() throws {
        let site = try Site.withClient()
        let written = try fill(site)
        #expect(try site.server.terminate() == .exited(0))
        let store = site.folder.at("data")
        #expect(try ChildProcess.keyward(["store", "compact", "--store", store]).status == 0)
        try site.start(adding: ["--store-history", "2"])
        try hold(site, to: written)
        #expect(try site.server.terminate() == .exited(0))
        let compact = try ChildProcess.keyward(["store", "compact", "--store", store, "--store-history", "2"])
        #expect(compact.status == 0, "\(compact.errors)")
        try site.start(adding: ["--store-history", "2"])
        for number in [1, 2] {
            let dropped = try site.http.get("/fhir/Patient/p/_history/\(number)", Site.basic)
            #expect(dropped.status == 404 && dropped.text.contains("not kept any more"))
        }
        #expect(try site.http.get("/fhir/Patient/p/_history/3", Site.basic).body == written[2].body)
        let history = try site.http.get("/fhir/Patient/p/_history", Site.basic)
        #expect(try versions(history) == [4, 3])
        #expect(try history.json["total"] as? Int == 2)
    }

    @Test func whoMayReadAResourceMayReadItsVersionsAndNobodyElse() throws {
        let site = try Site.withRoot(arguments: ["--store", "memory:"])
        _ = try fill(site)
        #expect(try site.http.put("/fhir/Client/basic", ClientBody.text(), Site.root).status == 200)
        for path in ["/_history", "/_history/1"] {
            #expect(try site.http.get("/fhir/Patient/p\(path)").status == 401)
            #expect(try site.http.get("/fhir/Client/basic\(path)").status == 401)
            #expect(try site.http.get("/fhir/Client/basic\(path)", Site.basic).status == 403)
            // What it ever held of a secret is a reference.
            let answer = try site.http.get("/fhir/Client/basic\(path)", Site.root)
            #expect(answer.status == 200 && answer.text.contains("client-secret"))
            #expect(!answer.text.contains(Site.secret))
        }
        #expect(try site.http.get("/fhir/Nonsense/p/_history", Site.root).status == 404)
        #expect(try site.http.get("/fhir/Patient/never/_history", Site.root).status == 404)
        for path in ["/fhir/Patient/_history", "/fhir/_history", "/fhir/Patient/p/_history/1/x"] {
            let answer = try site.http.get(path, Site.root)
            #expect(answer.status == 404 && answer.isOutcome, "\(path)")
        }
    }

    @Test func besideWritersEveryVersionIsTheOneThatWasAnswered() async throws {
        let site = try Site.withClient()
        let port = site.server.port
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<3 {
                group.addTask {
                    let http = HTTPClient(port: port)
                    for number in 1...30 {
                        let body = #"{"resourceType":"Patient","id":"w\#(writer)","v":\#(number)}"#
                        let put = try http.put("/fhir/Patient/w\(writer)", body, Site.basic)
                        let old = max(1, number / 2)
                        let answer = try http.get("/fhir/Patient/w\(writer)/_history/\(old)", Site.basic)
                        #expect(put.version == number && answer.version == old)
                        #expect(answer.text.contains(#""v":\#(old)}"#))
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}
