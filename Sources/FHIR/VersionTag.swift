/// A version as an entity tag: `W/"3"` (R4 RESTful API, managing resource contention).
package struct VersionTag: Sendable, Hashable {
    package let version: Int

    package init(_ version: Int) { self.version = version }

    package var text: String { "W/\"" + String(version) + "\"" }
}
