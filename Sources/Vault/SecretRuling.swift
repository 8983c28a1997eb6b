internal import Synchronization

/// What one shelf says to one claim, in the 64 bits that can be read and replaced at once.
struct SecretRuling: RawRepresentable, AtomicRepresentable, Sendable {
    enum Verdict: Equatable {
        /// To the secret at this place of the shelf.
        case admitted(Int)
        case outOfScope(Int)
        case unknown
    }

    let rawValue: UInt64

    /// No shelf's.
    static let none = SecretRuling(rawValue: 0)

    init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// The edition, 30 bits for the place (a config of a megabyte has fewer secrets), and two for the kind of verdict.
    init(of edition: UInt32, _ verdict: Verdict) {
        let low: Int =
            switch verdict {
            case .unknown: 0
            case .outOfScope(let place): place << 2 | 1
            case .admitted(let place): place << 2 | 2
            }
        rawValue = UInt64(edition) << 32 | UInt64(UInt32(low))
    }

    var edition: UInt32 { UInt32(rawValue >> 32) }

    var verdict: Verdict {
        let place = Int(rawValue >> 2 & 0x3fff_ffff)
        return switch rawValue & 3 {
        case 0: .unknown
        case 1: .outOfScope(place)
        default: .admitted(place)
        }
    }
}
