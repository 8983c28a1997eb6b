internal import JSON

/// The name of a secret in the vault config: a key of a dictionary, never part of a path.
///
/// Two names are one only when their bytes are; `String` would take "é" and "e\u{301}" for the same.
package struct SecretName: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    package init(_ text: String) {
        self.text = text
    }

    package var description: String { text }

    package static func == (left: Self, right: Self) -> Bool {
        left.text.isByteForByte(right.text)
    }

    package func hash(into hasher: inout Hasher) {
        unsafe text.utf8.span.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
    }
}
