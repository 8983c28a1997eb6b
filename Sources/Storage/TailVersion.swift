import FHIR

/// A version in the sealed segments of a journal that a base is to take in.
struct TailVersion: Equatable {
    /// The number of the commit that made it.
    let sequence: Int
    let key: ResourceKey
    let version: Int
    /// Where `load` finds it; nothing else looks at this.
    let place: Int

    func precedes(_ other: TailVersion) -> Bool { key.precedes(other.key, versions: (version, other.version)) }
}
