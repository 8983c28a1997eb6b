import FHIR

/// Keeps the books of a store that is read to its end, damage or not: which versions are the newest, and what is lost.
///
/// What is lost follows from three things: what damaged lines say of themselves, the numbers of commits, and versions
/// of a key that are missing in front of a later one.
struct LossLedger {
    typealias VersionName = Loss.VersionName

    /// The newest sound version of a key.
    struct Standing: Sendable {
        var version: Int
        /// The number of the commit that made it.
        var commit: Int
        var isDeleted: Bool
    }

    private(set) var newest: [ResourceKey: Standing] = [:]
    private(set) var findings: [JournalFlaw] = []
    private(set) var losses: [Loss] = []
    /// Lost versions of which several places may have held each.
    private(set) var missing: [LineHead.Version] = []
    /// The greatest number of a commit that is known of, lost or not.
    private(set) var commits = 0

    /// Findings by which something is lost, since the last sound line.
    private var open: [Int] = []
    /// The lost versions that lines have named, by key and number, each with its loss.
    private var named: [ResourceKey: [Int: Int]] = [:]
    private var lastInBase: VersionName?
    /// Versions may be missing that a compaction has dropped.
    private var hasBase = false

    mutating func add(_ flaw: JournalFlaw) {
        findings.append(flaw)
        if flaw.head != nil { open.append(findings.count - 1) }
    }

    /// Something was lost since the last sound line, and how much is not reckoned yet.
    var isOpen: Bool { !open.isEmpty }

    /// Notes that a version of a sound line is to be lost all the same, for the flaw that was added last.
    mutating func lose(_ version: StoredVersion, of commit: Int, isInBase: Bool) {
        let name = VersionName(key: version.key, version: version.version)
        if isInBase {
            settleBase(upTo: name)
            lastInBase = name
        } else {
            settle(before: commit)
        }
        commits = max(commits, commit)
        let lost = LineHead.Version(key: version.key, version: version.version, isDelete: version.isDeleted)
        append(Loss(finding: findings.count - 1, extent: .named, versions: [lost], isAll: true))
    }

    /// Lost versions whose names are known, wherever they were.
    var lost: [LineHead.Version] { losses.flatMap(\.versions) + missing }

    /// Says what is lost, in each finding and in a list of what belongs to none.
    mutating func finish() -> [String] {
        for loss in losses { findings[loss.finding].lost += loss.sentences(newest) }
        let rest = Loss(finding: 0, extent: .named, versions: missing, isAll: true)
        return rest.sentences(newest)
    }
}

// MARK: - A base

extension LossLedger {
    mutating func takeInBase(_ version: StoredVersion, of commit: Int) {
        hasBase = true
        let name = VersionName(key: version.key, version: version.version)
        settleBase(upTo: name)
        lastInBase = name
        record(version, of: commit)
    }

    /// - Parameter count: versions that the base had; nil where that is not known.
    mutating func endBase(commits: Int, versions count: Int?, sound: Int) {
        hasBase = true
        settleBase(upTo: nil)
        self.commits = max(self.commits, commits)
        let places = losses.indices.filter { if case .between = losses[$0].extent { true } else { false } }
        for place in places { losses[place].versions.removeAll { $0.version > commits } }
        let isAll = count == sound + places.reduce(0) { $0 + losses[$1].versions.count }
        for place in places { losses[place].isAll = isAll }
    }

    private mutating func settleBase(upTo right: VersionName?) {
        guard let first = open.first else { return }
        let left = lastInBase
        let heads = open.compactMap { findings[$0].head }
        var versions = heads.flatMap(\.versions).filter { version in
            let name = VersionName(key: version.key, version: version.version)
            return left.map { $0.precedes(name) } ?? true && right.map { name.precedes($0) } ?? true
        }
        if versions.isEmpty, let left, let right, left.key == right.key {
            let hole = (left.version + 1)..<right.version
            if hole.count <= open.count {
                versions = hole.map { LineHead.Version(key: left.key, version: $0, isDelete: nil) }
            }
        }
        append(Loss(finding: first, extent: .between(left, right), versions: versions, isAll: false))
    }
}

// MARK: - The segments

extension LossLedger {
    /// A segment begins that goes on behind a commit.
    mutating func begin(behind commit: Int) {
        if commit > 0, newest.isEmpty { hasBase = true }
        settle(before: commit + 1)
        commits = max(commits, commit)
    }

    mutating func take(_ version: StoredVersion, of commit: Int) {
        settle(before: commit)
        refute(version.key, from: version.version)
        nameGap(in: version, of: commit)
        record(version, of: commit)
    }

    /// - Parameter limit: no commit of the last segment can have a greater number.
    mutating func end(limit: Int) {
        guard !open.isEmpty else { return }
        let said = open.compactMap { findings[$0].head?.sequence }.filter { $0 <= limit }
        settle(before: max(commits + open.count, said.max() ?? 0) + 1)
    }

    /// The segments end before the first of them: how much is lost cannot be told.
    mutating func endUnknown() {
        guard let first = open.first else { return }
        append(Loss(finding: first, extent: .named, versions: [], isAll: false))
    }

    /// Reckons what was lost in front of a commit.
    private mutating func settle(before next: Int) {
        guard next > commits + 1 else { return open = [] }
        let lost = (commits + 1)...(next - 1)
        commits = next - 1
        guard let first = open.first else { return }
        let places = lost.count == open.count ? open.map { [$0] } : [open]
        for (index, place) in places.enumerated() {
            let heads = place.compactMap { findings[$0].head }
            let extent = places.count == 1 ? lost : (lost.lowerBound + index)...(lost.lowerBound + index)
            // A version with a greater number than its commit is one whose number was damaged.
            let versions = heads.flatMap(\.versions).filter {
                $0.version > newest[$0.key]?.version ?? 0 && $0.version <= extent.upperBound
            }
            let isAll =
                heads.count == extent.count && heads.allSatisfy { $0.isWhole }
                && versions.count == heads.reduce(0) { $0 + $1.versions.count }
            let finding = places.count == 1 ? first : place[0]
            append(Loss(finding: finding, extent: .commits(extent), versions: versions, isAll: isAll))
        }
    }

    /// Of a key the versions in front of this one are missing: says where they may have been lost.
    private mutating func nameGap(in version: StoredVersion, of commit: Int) {
        let before = newest[version.key]
        guard !losses.isEmpty, version.version > (before?.version ?? 0) + 1 else { return }
        // Of a key that is new here a base may have dropped all but the last.
        let first = before.map { $0.version + 1 } ?? (hasBase ? version.version - 1 : 1)
        for number in first..<version.version {
            let name = VersionName(key: version.key, version: number)
            guard named[name.key]?[number] == nil else { continue }
            let lost = LineHead.Version(key: name.key, version: number, isDelete: nil)
            let earliest = min((before?.commit ?? 0) + 1, commit)
            let places = losses.indices.filter { losses[$0].mayHold(name, of: earliest..<commit) }
            if places.count == 1 { losses[places[0]].versions.append(lost) } else { missing.append(lost) }
        }
    }
}

extension LossLedger {
    private mutating func append(_ loss: Loss) {
        for version in loss.versions {
            named[version.key, default: [:]][version.version] = losses.count
        }
        losses.append(loss)
        open = []
    }

    /// Where a damaged line named a version of which a later commit has this number, or has gone past it, it misnamed
    /// its own.
    private mutating func refute(_ key: ResourceKey, from number: Int) {
        for (version, place) in named[key] ?? [:] where version >= number {
            named[key]?[version] = nil
            losses[place].versions.removeAll { $0.key == key && $0.version == version }
            if case .named = losses[place].extent { continue }
            losses[place].isAll = false
        }
    }

    private mutating func record(_ version: StoredVersion, of commit: Int) {
        commits = max(commits, commit)
        guard version.version > newest[version.key]?.version ?? 0 else { return }
        newest[version.key] = Standing(version: version.version, commit: commit, isDeleted: version.isDeleted)
    }
}
