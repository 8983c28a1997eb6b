import FHIR

/// What is lost at one place of damage.
struct Loss: Sendable {
    enum Extent: Sendable {
        /// All changes of these commits.
        case commits(ClosedRange<Int>)
        /// What stood in a base behind the one and in front of the other; nil for its beginning and its end.
        case between(VersionName?, VersionName?)
        /// The versions that are named, and nothing else.
        case named
    }

    /// The version of a resource, by name.
    struct VersionName: Sendable, Hashable {
        let key: ResourceKey
        let version: Int

        var text: String { "version \(version) of \(key.text)" }

        func precedes(_ other: VersionName) -> Bool { key.precedes(other.key, versions: (version, other.version)) }
    }

    /// In the order of findings: where it is told.
    let finding: Int
    let extent: Extent
    var versions: [LineHead.Version]
    /// Nothing else is lost here.
    var isAll: Bool

    /// Whether a version that is not there may be one that was lost here.
    ///
    /// - Parameter commits: the numbers that its commit may have had.
    func mayHold(_ name: VersionName, of commits: Range<Int>) -> Bool {
        guard !isAll else { return false }
        switch extent {
        case .commits(let lost): return lost.overlaps(commits)
        case .between(let left, let right):
            return left.map { $0.precedes(name) } ?? true && right.map { name.precedes($0) } ?? true
        case .named: return false
        }
    }
}

extension Loss {
    /// The sentences that say what is lost, given the newest sound version of each resource.
    func sentences(_ newest: [ResourceKey: LossLedger.Standing]) -> [String] {
        var sentences: [String] = []
        switch extent {
        case .commits(let lost) where lost.count == 1: sentences.append("commit \(lost.lowerBound) is lost")
        case .commits(let lost): sentences.append("commits \(lost.lowerBound) to \(lost.upperBound) are lost")
        case .between(let left, let right):
            let place = [left.map { "behind \($0.text)" }, right.map { "in front of \($0.text)" }].compactMap(\.self)
            sentences.append("lost is what stood \(place.isEmpty ? "in it" : place.joined(separator: " and "))")
        case .named: break
        }
        for version in versions { sentences.append(Self.sentence(version, newest[version.key])) }
        if !isAll {
            let what = versions.isEmpty ? "what that was" : "what else that was"
            sentences.append("\(what) cannot be told; the newest version of a resource may be in it")
        }
        return sentences
    }

    private static func sentence(_ lost: LineHead.Version, _ newest: LossLedger.Standing?) -> String {
        let name = VersionName(key: lost.key, version: lost.version).text
        let subject = lost.isDelete == true ? "\(name), a delete," : name
        guard let newest else { return "\(subject) is lost, and no other version of it is left" }
        let left = "version \(newest.version)\(newest.isDeleted ? ", a delete," : "")"
        return newest.version > lost.version
            ? "\(subject) is lost, of its history alone: \(left) is sound"
            : "\(subject) is lost, the newest one: \(left) is the newest that is left"
    }
}
