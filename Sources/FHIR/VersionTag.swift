/// A version as an entity tag: `W/"3"` (R4 RESTful API, managing resource contention).
package struct VersionTag: Sendable, Hashable {
    package let version: Int

    package init(_ version: Int) { self.version = version }

    package var text: String { "W/\"" + String(version) + "\"" }

    /// Appends the text.
    package func write(to bytes: inout [UInt8]) {
        bytes += "W/\"".utf8
        bytes += String(version).utf8
        bytes.append(UInt8(ascii: "\""))
    }
}
