import Testing
import Vault

@Suite struct SecretScopeTests {
    private static let basic = Requester(resourceType: "Client", id: "basic", field: "secret")

    @Test(arguments: [
        SecretScope(resourceType: "Client"),
        SecretScope(resourceType: "Client", id: "basic"),
        SecretScope(resourceType: "Client", field: "secret"),
        SecretScope(resourceType: "Client", id: "basic", field: "secret"),
    ])
    func admitsWhatItNames(scope: SecretScope) {
        #expect(scope.admits(Self.basic))
    }

    @Test(arguments: [
        SecretScope(resourceType: "client"),
        SecretScope(resourceType: "Clien"),
        SecretScope(resourceType: "ClientX"),
        SecretScope(resourceType: "Patient", id: "basic"),
        SecretScope(resourceType: "Client", id: "Basic"),
        SecretScope(resourceType: "Client", id: "basi"),
        SecretScope(resourceType: "Client", id: "basic "),
        SecretScope(resourceType: "Client", id: ""),
        SecretScope(resourceType: "Client", field: "jwt.secret"),
        SecretScope(resourceType: "Client", id: "basic", field: "Secret"),
        SecretScope(resourceType: "Client", id: "other", field: "secret"),
    ])
    func admitsNothingElse(scope: SecretScope) {
        #expect(!scope.admits(Self.basic))
    }

    @Test func comparesBytesAndNotWhatAReaderSees() {
        let composed = Requester(resourceType: "Client", id: "caf\u{e9}", field: "secret")
        #expect(SecretScope(resourceType: "Client", id: "caf\u{e9}").admits(composed))
        #expect(!SecretScope(resourceType: "Client", id: "cafe\u{301}").admits(composed))
    }

    @Test func namesAreOneOnlyWhenTheirBytesAre() {
        #expect(SecretName("caf\u{e9}") == SecretName("caf\u{e9}"))
        #expect(SecretName("caf\u{e9}") != SecretName("cafe\u{301}"))
        #expect(Set([SecretName("caf\u{e9}"), SecretName("cafe\u{301}"), SecretName("cafe\u{301}")]).count == 2)
    }
}
