/// In which order what was not synced reaches a simulated disk.
enum WriteOrder: Sendable, CaseIterable {
    /// In that of the calls, as on ext4 (`data=ordered`): a power cut leaves a beginning of it, the last write torn,
    /// with or without zeros where the rest of it belongs.
    case kept
    /// In any: a power cut leaves any of the sectors, lengths and entries.
    case none
}

/// What is in one file: as its process sees it, and as a power cut may leave it.
struct SimulatedContent: Sendable {
    private enum Step {
        /// Bytes within one sector.
        case bytes([UInt8], at: Int)
        /// The file is at least so long.
        case growth(Int)
        /// The file is cut, or filled up, to this length.
        case length(Int)
    }

    /// Bytes that a power cut leaves or loses together, but for the last ones written.
    static let sector = 512
    /// Bytes that the kernel writes back together.
    static let page = 4_096

    /// What reads return.
    private(set) var visible: [UInt8] = []
    /// What a power cut leaves for certain.
    private var durable: [UInt8] = []
    /// What the last sync that succeeded has promised.
    private var promised: [UInt8] = []
    /// What no sync has covered.
    private var pending: [Step] = []
    /// Sectors whose write-back failed. Linux takes their pages for clean: reads see them, no sync writes them, until
    /// something else in the page is written.
    private var dropped: Set<Int> = []

    mutating func write(_ bytes: ArraySlice<UInt8>, at offset: Int) {
        guard !bytes.isEmpty else { return }
        let end = offset + bytes.count
        visible += [UInt8](repeating: 0, count: max(0, end - visible.count))
        visible.replaceSubrange(offset..<end, with: bytes)
        dirty(from: offset, to: end)
    }

    mutating func truncate(to length: Int) {
        visible = visible.prefix(length) + [UInt8](repeating: 0, count: max(0, length - visible.count))
        pending.append(.length(length))
        dropped = dropped.filter { $0 * Self.sector < length }
        // The rest of the last page is overwritten with zeros.
        if length % Self.page > 0 { rescue(from: length - 1, to: length) }
    }

    mutating func sync() {
        var (bytes, length) = (durable, durable.count)
        for step in pending { Self.apply(step, to: &bytes, &length) }
        durable = Self.fitted(bytes, to: length)
        promised = durable
        pending = []
    }

    /// A sync that fails: some of the sectors reached the disk, the others never will.
    mutating func failSync(_ order: WriteOrder, _ random: inout SplitMix64) {
        let steps = pending
        pending = []
        var isWritten = random.chance(50)
        var (bytes, length) = (durable, durable.count)
        for step in steps {
            if order == .none { isWritten = random.chance(50) } else if random.chance(30) { isWritten = false }
            guard case .bytes(let part, let offset) = step else {
                pending.append(step)
                continue
            }
            if isWritten {
                Self.apply(.bytes(part, at: offset), to: &bytes, &length)
                length = max(length, offset + part.count)
            } else if offset < visible.count {
                dropped.insert(offset / Self.sector)
            }
        }
        durable = Self.fitted(bytes, to: length)
    }

    /// Chooses what of the unsynced is left. Whoever opens the file next sees that.
    mutating func cutPower(_ order: WriteOrder, _ random: inout SplitMix64) {
        var (bytes, length) = (durable, durable.count)
        switch order {
        case .kept:
            // Often all but the last bytes, where a tear is hardest to tell.
            let last = max(0, pending.count - 2)
            let kept = random.chance(30) ? last : random.number(0...pending.count)
            for step in pending[..<kept] { Self.apply(step, to: &bytes, &length) }
            if kept < pending.count, case .bytes(let part, let offset) = pending[kept] {
                Self.tear(part, at: offset, into: &bytes, &length, &random)
                // The length of the file ran ahead of its bytes.
                if random.chance(30) { length = max(length, min(visible.count, offset + random.number(1...9_000))) }
            }
        case .none:
            let percent = [0, 10, 50, 90, 100][random.number(0...4)]
            for step in pending where random.chance(percent) {
                if random.chance(5), case .bytes(let part, let offset) = step {
                    Self.tear(part, at: offset, into: &bytes, &length, &random)
                } else {
                    Self.apply(step, to: &bytes, &length)
                }
            }
        }
        restore(Self.fitted(bytes, to: length))
    }

    /// Goes back to what the last sync that succeeded has promised, as an operator would who cuts off what is behind.
    mutating func goBack() { restore(promised) }

    private mutating func restore(_ bytes: [UInt8]) {
        (visible, durable, pending, dropped) = (bytes, bytes, [], [])
    }

    private mutating func dirty(from start: Int, to end: Int) {
        rescue(from: start, to: end)
        var place = start
        while place < end {
            let next = min(end, (place / Self.sector + 1) * Self.sector)
            pending.append(.bytes([UInt8](visible[place..<next]), at: place))
            pending.append(.growth(next))
            place = next
        }
    }

    /// Makes dropped sectors dirty again whose pages are written to.
    private mutating func rescue(from start: Int, to end: Int) {
        let pages = (start / Self.page)...((end - 1) / Self.page)
        for sector in dropped.sorted() where pages.contains(sector * Self.sector / Self.page) {
            dropped.remove(sector)
            let first = sector * Self.sector
            guard first < visible.count else { continue }
            let part = visible[first..<min(first + Self.sector, visible.count)]
            pending.append(.bytes([UInt8](part), at: first))
        }
    }

    private static func tear(
        _ part: [UInt8], at offset: Int, into bytes: inout [UInt8], _ length: inout Int, _ random: inout SplitMix64
    ) {
        let torn = random.chance(30) ? part.count - 1 : random.number(0...part.count)
        guard torn > 0 else { return }
        apply(.bytes([UInt8](part.prefix(torn)), at: offset), to: &bytes, &length)
        length = max(length, offset + torn)
    }

    private static func apply(_ step: Step, to bytes: inout [UInt8], _ length: inout Int) {
        switch step {
        case .bytes(let part, let offset):
            bytes += [UInt8](repeating: 0, count: max(0, offset + part.count - bytes.count))
            bytes.replaceSubrange(offset..<(offset + part.count), with: part)
        case .growth(let new): length = max(length, new)
        case .length(let new):
            if new < length { bytes = [UInt8](bytes.prefix(new)) }
            length = new
        }
    }

    private static func fitted(_ bytes: [UInt8], to length: Int) -> [UInt8] {
        bytes.prefix(length) + [UInt8](repeating: 0, count: max(0, length - bytes.count))
    }
}
