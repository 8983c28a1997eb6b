import Testing
import Vault

@testable import Access

@Suite struct DenialReasonTests {
    static let faults: [SecretFault] = [
        .missing, .unreadable(Errno(code: 13)), .notAFile(.fifo), .outsideRoots(finalPath: "/"), .empty, .containsNUL,
        .noValue, .tooLong, .unstable,
    ]

    @Test func aReasonFromTheVaultHasTheVaultsOwnCode() {
        let name = SecretName("s")
        let requester = Requester(resourceType: "Client", id: "a", field: "secret")
        let errors =
            [VaultError.unknownSecret(name), .outOfScope(name, requester)]
            + Self.faults.map { .faulty(name, path: "/s", $0) }
        for error in errors { #expect(DenialReason(error).rawValue == error.code) }
        #expect(Set(errors.map { DenialReason($0) }).count == errors.count)
    }
}
