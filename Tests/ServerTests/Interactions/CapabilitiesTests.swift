import FHIR
import HTTP
import JSON
import Testing

@testable import Server

@Suite struct CapabilitiesTests {
    private let root = basic("root", House.rootPassword)
    /// What the interactions of R4 on a type and an instance are, as requests to them.
    private let requests: [String: (Method, String)] = [
        "read": (.get, "/fhir/Patient/a"), "vread": (.get, "/fhir/Patient/a/_history/1"),
        "update": (.put, "/fhir/Patient/a"), "patch": (.patch, "/fhir/Patient/a"),
        "delete": (.delete, "/fhir/Patient/a"), "history-instance": (.get, "/fhir/Patient/a/_history"),
        "history-type": (.get, "/fhir/Patient/_history"), "create": (.post, "/fhir/Patient"),
        "search-type": (.get, "/fhir/Patient"),
    ]

    @Test func everyInteractionThatIsDeclaredIsServedAndNoOther() async throws {
        let house = try House(hasRoot: true)
        let statement = await house.ask(.get, "/fhir/metadata").json
        let resources = try #require(statement.value(at: "rest", "0", "resource")?.array)
        let interactions = try #require(resources.first?.object?["interaction"]?.array)
        let declared = Set(interactions.compactMap { $0.object?["code"]?.string })
        #expect(declared.isSubset(of: requests.keys))
        for (name, (method, path)) in requests {
            let response = await house.ask(method, path, [root], content: patient("a"))
            // The resource may not be there yet: no interaction on one that is comes to that.
            let isServed =
                ![404, 405, 501].contains(response.status.code)
                || response.issue == "error not-found" && response.diagnostics.contains("Patient/a ")
            #expect(isServed == declared.contains(name), "\(name): \(response.status.code)")
        }
        #expect(resources.first?.object?["readHistory"] == true)
        #expect(resources.first?.object?["versioning"] == "versioned")
        #expect(statement.value(at: "rest", "0", "interaction") == nil)
        for method in [Method.post, .get] {
            #expect([404, 405].contains(await house.ask(method, "/fhir", [root], content: "{}").status.code))
        }
    }

    @Test func everyTypeThatIsDeclaredIsServedAndTheOthersAreNot() async throws {
        let house = try House(hasRoot: true)
        let statement = await house.ask(.get, "/fhir/metadata").json
        let resources = try #require(statement.value(at: "rest", "0", "resource")?.array)
        let names = resources.compactMap { $0.object?["type"]?.string }
        #expect(Set(names).count == names.count)
        #expect(names.count == ResourceType.all.count)
        for name in ["Client", "IdentityProvider", "TokenIntrospector", "AidboxTopicDestination", "Patient"] {
            #expect(names.contains(name))
        }
        for name in names {
            #expect(await house.ask(.get, "/fhir/\(name)", [root]).status == .ok, "\(name)")
        }
        for name in ["AccessPolicy", "Parameters", "DomainResource"] {
            #expect(!names.contains(name))
            #expect(await house.ask(.get, "/fhir/\(name)", [root]).status == .notFound)
        }
        let first = try #require(resources.first?.object?["interaction"])
        #expect(resources.allSatisfy { $0.object?["interaction"] == first })
    }

    @Test func theSearchParameterThatIsDeclaredIsHonoured() async throws {
        let house = try House(hasRoot: true)
        let statement = await house.ask(.get, "/fhir/metadata").json
        let parameters = try #require(statement.value(at: "rest", "0", "resource", "0", "searchParam")?.array)
        for name in parameters.compactMap({ $0.object?["name"]?.string }) {
            let response = await house.ask(.get, "/fhir/Patient?\(name)=a", [root, (.prefer, "handling=strict")])
            #expect(response.status == .ok)
        }
    }

    @Test func itSaysWhatItIsToAnyoneAndAlwaysTheSame() async throws {
        let started = try #require(Instant("2026-01-02T03:04:05.678Z"))
        let capabilities = Capabilities(version: "9.8.7", started: started)
        let response = capabilities.respond(to: Exchange(.get, "/fhir/metadata"))
        #expect(response.status == .ok)
        #expect(response[.contentType] == "application/fhir+json")
        #expect(response.json["resourceType"] == "CapabilityStatement")
        #expect(response.json["fhirVersion"] == "4.0.1")
        #expect(response.json["kind"] == "instance")
        #expect(response.json["status"] == "active")
        #expect(response.json["date"] == "2026-01-02T03:04:05.678Z")
        #expect(response.json.value(at: "software", "version") == "9.8.7")
        #expect(response.json["format"] == ["application/fhir+json", "json"])
        #expect(
            response.content == capabilities.respond(to: Exchange(.get, "/fhir/metadata?x=y", from: .elsewhere)).content
        )
    }
}
