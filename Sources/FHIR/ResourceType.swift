/// A resource type that this server has an endpoint for: those of FHIR R4 (4.0.1), and our own system types.
///
/// The data file holds the 146 concrete types of http://hl7.org/fhir/resource-types; the code system's two other codes,
/// `Resource` and `DomainResource`, are abstract. Of the 146, `Parameters` is left out: "there is no RESTful endpoint
/// associated with it" (R4, Parameters). An index into the table is all that is stored, compared and hashed.
package struct ResourceType: Sendable, Hashable {
    package enum Kind: Sendable {
        /// FHIR's own types: whatever the records of a hospital hold.
        case clinical
        /// What governs the server itself.
        case system
    }

    private let index: UInt8

    /// The clinical types by name, then the system types.
    package static let all: [ResourceType] = names.indices.map { ResourceType(index: UInt8($0)) }
    package static let system: [ResourceType] = all.suffix(systemNames.count)
    package static let client = ResourceType(index: UInt8(names.count - systemNames.count))

    /// Client, and those of Aidbox's types that can refer to secrets. The first is ``client``.
    private static let systemNames = ["Client", "IdentityProvider", "TokenIntrospector", "AidboxTopicDestination"]
    private static let names: [String] =
        String(decoding: PackageResources.r4_resource_types_txt, as: UTF8.self)
        .split(separator: "\n").map(String.init).filter { $0 != "Parameters" } + systemNames
    /// By the length of the names and then their bytes, to be searched by halves.
    private static let sorted = all.map { (name: Array($0.name.utf8), type: $0) }.sorted {
        $0.name.span.order($1.name) < 0
    }

    private init(index: UInt8) { self.index = index }

    /// Nil when there is no such type here; names are case-sensitive.
    package init?(_ name: String) {
        self.init(name.utf8.span)
    }

    /// The same, for a name that is no text yet.
    package init?(_ name: Span<UInt8>) {
        var (low, high) = (0, Self.sorted.count)
        while low < high {
            let middle = (low + high) / 2
            let order = name.order(Self.sorted[middle].name)
            if order == 0 {
                self = Self.sorted[middle].type
                return
            }
            if order < 0 { high = middle } else { low = middle + 1 }
        }
        return nil
    }

    package var name: String { Self.names[Int(index)] }

    /// In ``all``.
    package var place: Int { Int(index) }

    package var kind: Kind { index < Self.client.index ? .clinical : .system }
}

extension Span<UInt8> {
    /// Less than, equal to or greater than zero, as these bytes come before, are, or come after `other`: the shorter
    /// ones first, which mostly decides.
    fileprivate func order(_ other: [UInt8]) -> Int {
        guard count == other.count else { return count - other.count }
        for index in indices where self[index] != other[index] { return Int(self[index]) - Int(other[index]) }
        return 0
    }
}
