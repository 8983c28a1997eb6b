/// What a secret says to a password without waiting.
package enum SecretJudgement: Sendable {
    case settled(SecretVerdict)
    /// The file is moving, or the value before the current one is to be asked for.
    case open(SecretQuestion)
}

/// A judgement that has begun: `SecretResolver.settle` brings it to its end.
package struct SecretQuestion: Sendable {
    let secret: NamedSecret
    /// The config that the judgement began with.
    let shelf: SecretShelf
    /// What the secret holds, where that was found.
    let current: HeldSecret?
}
