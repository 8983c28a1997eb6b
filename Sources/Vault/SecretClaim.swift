internal import Synchronization

/// A requester's claim to a secret. What a config says of it is found once and kept, be it yes or no, since neither
/// changes: whoever is asked often keeps the claim.
package final class SecretClaim: Sendable {
    package let name: SecretName
    package let requester: Requester
    /// It names no object, so that a claim that rests keeps no secret of an older config in memory.
    private let latest = Atomic(SecretRuling.none)

    package init(to name: SecretName, for requester: Requester) {
        self.name = name
        self.requester = requester
    }

    func verdict(of shelf: SecretShelf) -> SecretRuling.Verdict {
        let kept = latest.load(ordering: .relaxed)
        if kept.edition == shelf.edition { return kept.verdict }
        let ruling = shelf.rule(on: name, for: requester)
        latest.store(ruling, ordering: .relaxed)
        return ruling.verdict
    }
}
