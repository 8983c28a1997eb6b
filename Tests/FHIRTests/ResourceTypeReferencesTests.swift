import FHIR
import Testing

@Suite struct ResourceTypeReferencesTests {
    @Test(arguments: [
        ("secret", true), ("jwt.secret", true), ("secret.jwt", false), ("secrets", false), ("password", false),
        ("jwt.xsecret", false),
    ]) func anElementOfAClientCanReferWhereItIsCalledSecret(field: String, canRefer: Bool) {
        #expect(ResourceType.client.canRefer(from: field) == canRefer)
    }

    @Test func noClinicalResourceCanRefer() {
        #expect(ResourceType.all.filter { $0.kind == .clinical && $0.canRefer(from: "secret") } == [])
    }
}
