import Testing

@testable import Vault

@Suite struct SecretRulingTests {
    @Test(arguments: [
        SecretRuling.Verdict.unknown, .outOfScope(0), .admitted(0), .outOfScope(1), .admitted(1),
        .outOfScope(0x3fff_ffff), .admitted(0x3fff_ffff),
    ])
    func aRulingIsReadAsItWasWritten(_ verdict: SecretRuling.Verdict) {
        for edition in [1, 2, UInt32.max] {
            let ruling = SecretRuling(of: edition, verdict)
            #expect(ruling.edition == edition)
            #expect(ruling.verdict == verdict)
        }
    }

    @Test func noShelfSaysNothing() {
        let shelf = SecretShelf(.none)
        #expect(shelf.edition != SecretRuling.none.edition)
        #expect(shelf.edition != SecretShelf(.none).edition)
    }
}
