/// What a secret says to a password without waiting.
package enum SecretJudgement: Sendable {
    case settled(SecretVerdict)
    /// A file is moving.
    case open(SecretQuestion)
}

/// A judgement that has begun: `SecretResolver.settle` brings it to its end.
package struct SecretQuestion: Sendable {
    let secret: NamedSecret
    /// The config that the judgement began with.
    let shelf: SecretShelf
}
