import FHIR
import Testing

struct ResourceTypeTests {
    @Test func theTypesAreThoseOfR4WithAnEndpointAndClient() {
        let names = ResourceType.all.map(\.name)
        // 146 concrete types, less Parameters, and Client.
        #expect(names.count == 146)
        #expect(Set(names).count == names.count)
        #expect(names.dropLast() == names.dropLast().sorted()[...])
        #expect(names.last == "Client")
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

    @Test func clientIsTheOnlySystemType() {
        #expect(ResourceType.all.filter { $0.kind == .system } == [.client])
        #expect(ResourceType("Client") == .client)
    }
}
