/// The running checksum of a file as its lines are read. It goes on behind damage in such a way that one changed byte,
/// whichever and into whatever, is found once.
struct LineChain: Sendable {
    /// How a line stands to the ones before it.
    enum Finding: Equatable {
        /// The checksum fits.
        case sound
        case damaged
        /// What follows damage and does not begin as a line does: of one line a byte became a newline.
        case restOfDamage
        /// The first so many bytes are a whole line but for the newline, in whose place another byte stands; nothing
        /// was taken of them yet.
        case unended(Int)
    }

    /// Lines of damage that belong together.
    private struct Damage: Sendable {
        /// Of the bytes so far.
        var computed: Checksum
        /// Bytes to come that stand before those a checksum covers.
        var uncovered = Journal.sealLength
        /// What it may be behind them whatever they are.
        let others: [Checksum]

        mutating func add(_ bytes: Span<UInt8>) {
            let skipped = min(uncovered, bytes.count)
            computed.add(bytes.extracting(skipped...))
            uncovered -= skipped
        }
    }

    /// What the checksum may be before the next line. Behind damage there are several: that of its bytes, the one it
    /// says it has, and that of the header if it should have been this. Any may be the true one.
    private var candidates: [Checksum]
    /// The damage that the next line may go on with.
    private var damage: Damage?
    /// The checksum behind the header, until that was taken.
    private var header: Checksum?

    /// The checksum of all lines taken.
    var checksum: Checksum { candidates[0] }

    /// Whether the last line taken was damaged.
    var isInDamage: Bool { damage != nil }

    /// - Parameter checksum: that of what is before the file.
    init(after checksum: Checksum = Checksum()) {
        candidates = [checksum]
    }

    /// A file begins, which is sound where its first line is this one.
    mutating func expect(_ header: [UInt8]) {
        self.header = checksum.after(header.span)
    }

    /// Takes the next line, with its newline.
    ///
    /// - Parameter isRest: it is what stands behind an unended line and is taken as it is, so that a file without
    ///   newlines does not cost the square of its length.
    mutating func take(_ line: Span<UInt8>, isRest: Bool = false) -> Finding {
        let stated = Journal.sealed(line)
        if let stated, isSound(line, stated) {
            (candidates, damage, header) = ([stated], nil, nil)
            return .sound
        }
        let goesOn = stated == nil && damage != nil
        if !goesOn {
            if !isRest, let count = wholeLine(in: line) { return .unended(count) }
            damage = Damage(computed: checksum, others: [stated, header].compactMap(\.self))
            header = nil
        }
        damage?.add(line)
        candidates = damage.map { [$0.computed] + $0.others } ?? candidates
        return goesOn ? .restOfDamage : .damaged
    }

    private func isSound(_ line: Span<UInt8>, _ stated: Checksum) -> Bool {
        for candidate in candidates where candidate.after(line) == stated { return true }
        return false
    }

    /// How many bytes are a whole line but for its newline, in whose place another byte stands; nil when they are not.
    func wholeLine(in bytes: Span<UInt8>) -> Int? {
        guard let stated = Journal.sealed(bytes) else { return nil }
        for candidate in candidates {
            var chain = candidate
            var start = Journal.sealLength
            for index in start..<(bytes.count - 1) where bytes[index] == UInt8(ascii: "}") {
                chain.add(bytes.extracting(start...index))
                start = index + 1
                var whole = chain
                whole.add([Journal.newline].span)
                if whole == stated { return start }
            }
        }
        return nil
    }
}

extension Checksum {
    /// The checksum when `line` follows: all of it behind its own checksum is covered.
    func after(_ line: Span<UInt8>) -> Checksum {
        var next = self
        next.add(line.extracting(Journal.sealLength...))
        return next
    }
}
