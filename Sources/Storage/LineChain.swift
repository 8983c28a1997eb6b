/// The running checksum of a file as its lines are read. It goes on behind damage in such a way that one changed byte,
/// whichever and into whatever, is found once.
struct LineChain {
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
    private struct Damage {
        /// Of the bytes so far.
        var computed: Checksum
        /// Bytes to come that stand before those a checksum covers.
        var uncovered = Journal.sealLength
        /// What the line says itself.
        let stated: Checksum?

        mutating func add(_ bytes: Span<UInt8>) {
            let skipped = min(uncovered, bytes.count)
            computed.add(bytes.extracting(skipped...))
            uncovered -= skipped
        }
    }

    /// What the checksum may be before the next line. Behind damage there are two: that of its bytes and the one it
    /// says it has. Either may be the true one.
    private var candidates = [Checksum()]
    /// The damage that the next line may go on with.
    private var damage: Damage?

    /// The checksum of all lines taken.
    var checksum: Checksum { candidates[0] }

    /// Whether the last line taken was damaged.
    var isInDamage: Bool { damage != nil }

    /// Takes the next line, with its newline.
    mutating func take(_ line: [UInt8]) -> Finding {
        let stated = Journal.sealed(line.span)
        if let stated, candidates.contains(where: { $0.after(line.span) == stated }) {
            (candidates, damage) = ([stated], nil)
            return .sound
        }
        let goesOn = stated == nil && damage != nil
        if !goesOn {
            if let count = wholeLine(in: line) { return .unended(count) }
            damage = Damage(computed: checksum, stated: stated)
        }
        damage?.add(line.span)
        candidates = [damage?.computed, damage?.stated].compactMap(\.self)
        return goesOn ? .restOfDamage : .damaged
    }

    /// How many bytes are a whole line but for its newline, in whose place another byte stands; nil when they are not.
    func wholeLine(in bytes: [UInt8]) -> Int? {
        guard let stated = Journal.sealed(bytes.span) else { return nil }
        for candidate in candidates {
            var chain = candidate
            var start = Journal.sealLength
            for index in start..<(bytes.count - 1) where bytes[index] == UInt8(ascii: "}") {
                chain.add(bytes.span.extracting(start...index))
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
