import FHIR
import Testing

@Suite struct ResourceTypeReferencesTests {
    @Test(arguments: [
        ("secret", true), ("jwt.secret", true), ("secret.jwt", false), ("secrets", false), ("password", false),
        ("jwt.xsecret", false),
    ]) func anElementOfAClientCanReferWhereItIsCalledSecret(field: String, canRefer: Bool) {
        #expect(ResourceType.client.canRefer(from: field) == canRefer)
    }

    @Test func soCanTheFieldsOfTheTable() throws {
        for field in SecretField.all {
            let type = try #require(ResourceType(field.type))
            #expect(type.canRefer(from: field.path))
            #expect(!type.canRefer(from: "x.\(field.path)") || field.path.hasSuffix("secret"))
        }
        #expect(try #require(ResourceType("AidboxTopicDestination")).canRefer(from: "parameter.part.header"))
        #expect(!ResourceType.client.canRefer(from: "jwt.keys.k"))
    }

    @Test func noClinicalResourceCanRefer() {
        #expect(ResourceType.all.filter { $0.kind == .clinical && $0.canRefer(from: "secret") } == [])
    }
}
