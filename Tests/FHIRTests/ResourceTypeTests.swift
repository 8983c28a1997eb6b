import FHIR
import Testing

struct ResourceTypeTests {
    @Test func theTypesAreThoseOfR4WithAnEndpointAndOurOwn() {
        let names = ResourceType.all.map(\.name)
        // 146 concrete types, less Parameters, and four.
        #expect(names.count == 149)
        #expect(Set(names).count == names.count)
        #expect(names.dropLast(4) == names.dropLast(4).sorted()[...])
        #expect(names.suffix(4) == Self.system[...])
        for name in ["Account", "Patient", "Binary", "Bundle", "OperationOutcome", "VisionPrescription"] {
            #expect(names.contains(name))
        }
    }

    @Test func aTypeIsFoundByItsName() throws {
        for type in ResourceType.all { #expect(ResourceType(type.name) == type) }
        #expect(ResourceType("Patient") != ResourceType("Person"))
    }

    @Test(arguments: [
        "", "patient", "Patient ", "Resource", "DomainResource", "Parameters", "AccessPolicy", "DataElement",
        "SubscriptionTopic",
    ])
    func whatHasNoEndpointIsNoType(_ name: String) {
        #expect(ResourceType(name) == nil)
    }

    private static let system = ["Client", "IdentityProvider", "TokenIntrospector", "AidboxTopicDestination"]

    @Test func theSystemTypesAreThoseThatCanReferToSecrets() {
        #expect(ResourceType.all.filter { $0.kind == .system }.map(\.name) == Self.system)
        #expect(ResourceType.system.map(\.name) == Self.system)
        #expect(ResourceType("Client") == .client)
        for field in SecretField.all { #expect(Self.system.contains(field.type)) }
    }
}
