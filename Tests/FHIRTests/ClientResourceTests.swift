import FHIR
import JSON
import Testing

struct ClientResourceTests {
    @Test func theClientOfTheTutorialIsRead() throws {
        let resource = try client(#","grant_types":["basic","code"],"_secret":{"extension":[\#(masked),\#(named)]}"#)
        let client = try ClientResource(resource)
        #expect(client.id.text == "basic")
        #expect(client.secret?.name == "client-secret")
        #expect(client.secret?.field == "secret")
        #expect(client.grantTypes == ["basic", "code"])
        #expect(client.isActive)
        // It is kept as it came.
        #expect(resource.object["_secret"]?.object?["extension"]?.array?.count == 2)
    }

    @Test func theSecretOfAClientIsThatOfItsOwnField() throws {
        let deep = #""jwt":{"_secret":{"extension":[\#(named.replacing("client-secret", with: "other"))]}}"#
        #expect(try ClientResource(client(",\(deep)")).secret == nil)
        let both = try ClientResource(client(#",\#(deep),"_secret":{"extension":[\#(named)]}"#))
        #expect(both.secret?.name == "client-secret")
    }

    @Test func withoutMembersAClientIsActiveAndHasNoGrant() throws {
        let client = try ClientResource(client(""))
        #expect(client.secret == nil)
        #expect(client.grantTypes == [])
        #expect(client.isActive)
    }

    @Test func anInactiveClientIsSaidToBe() throws {
        #expect(try !ClientResource(client(#","active":false"#)).isActive)
        #expect(try ClientResource(client(#","active":true"#)).isActive)
    }

    @Test(arguments: [
        (#","active":"true""#, "Client.active"), (#","active":null"#, "Client.active"),
        (#","active":1"#, "Client.active"),
        (#","grant_types":"basic""#, "Client.grant_types"), (#","grant_types":null"#, "Client.grant_types"),
        (#","grant_types":{"basic":true}"#, "Client.grant_types"),
        (#","grant_types":["a",7]"#, "Client.grant_types[1]"),
        (#","grant_types":[null]"#, "Client.grant_types[0]"), (#","secret":"hunter2""#, "Client.secret"),
        (#","_secret":{}"#, "Client.secret"),
    ])
    func aMemberAgainstTheRulesIsUnprocessable(_ members: String, _ expression: String) throws {
        let resource = try client(members)
        let error = try #require(throws: FHIRError.self) { try ClientResource(resource) }
        #expect(error.kind == .unprocessable)
        #expect(error.issue.expression == [expression])
        #expect(throws: error) { try resource.checkContent() }
    }

    @Test func theIDThatStandsForRootIsNoClients() throws {
        let root = try Resource(object(#"{"resourceType":"Client","id":"root"}"#))
        let error = try #require(throws: FHIRError.self) { try ClientResource(root) }
        #expect(error.kind == .unprocessable)
        #expect(error.issue.expression == ["Client.id"])
        #expect(throws: error) { try root.checkContent() }
        let other = try Resource(object(#"{"resourceType":"Client","id":"Root"}"#))
        #expect(try ClientResource(other).id.text == "Root")
    }

    @Test func anotherTypeIsNoClientButMayBeWritten() throws {
        let patient = try Resource(object(#"{"resourceType":"Patient","id":"p","active":"yes","secret":1}"#))
        #expect(throws: FHIRError.self) { try ClientResource(patient) }
        #expect(throws: Never.self) { try patient.checkContent() }
    }
}
