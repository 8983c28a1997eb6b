/// Which of the values that count a password is.
package enum SecretValue: String, Sendable, CaseIterable {
    case current
    /// The one before, in its overlap.
    case previous
}

/// What a secret says to a password.
package enum SecretVerdict: Equatable, Sendable {
    case admitted(SecretValue)
    /// It is the value before, whose overlap is over.
    case expired
    case wrong
}
