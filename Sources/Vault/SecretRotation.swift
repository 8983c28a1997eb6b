/// A secret's file came to hold another value. Found by content: a swap that writes the same bytes is none.
package struct SecretRotation: Equatable, Sendable {
    package let name: SecretName
    /// When it did: the time of change of the file that holds the new value, but not before the last look that still
    /// found the old one.
    package let changed: FileTime
    /// How long the value before it counts from then on, where the config says so.
    package let overlap: Duration?

    package init(name: SecretName, changed: FileTime, overlap: Duration?) {
        self.name = name
        self.changed = changed
        self.overlap = overlap
    }
}
