import Glibc
import Vault

/// What a look at a secret's file costs beside the `stat` in it.
///
///     vault-bench              times all of it: a line each, its nanoseconds and its name
///     vault-bench COUNT NAME   does one so often, for whoever counts its instructions
@main
struct VaultBench {
    /// Interleaved, so that a slow moment of the machine falls on all.
    static let rounds = 31
    static let looksInRound = 5_000

    static func main() throws {
        let volume = try Volume()
        let looks = looks(at: volume)
        // A file that has just changed is read anew each time.
        usleep(50_000)
        if CommandLine.arguments.count == 3, let count = Int(CommandLine.arguments[1]) {
            for look in looks where look.name == CommandLine.arguments[2] { try repeats(look, count) }
            return
        }
        for look in looks { try repeats(look, Self.looksInRound) }
        var times = looks.map { _ in [Double]() }
        for _ in 0..<rounds {
            for (index, look) in looks.enumerated() {
                let time = try ContinuousClock().measure { try repeats(look, Self.looksInRound) }
                times[index].append(time / .nanoseconds(Self.looksInRound))
            }
        }
        for (look, times) in zip(looks, times) {
            let median = Int(times.sorted()[times.count / 2].rounded())
            unsafe puts("\(median)\t\(look.name)")
        }
    }

    private static func repeats(_ look: Look, _ count: Int) throws {
        guard look.run(count) == count else { throw Wrong(look: look.name) }
    }

    /// It did not come to what it should.
    struct Wrong: Error { let look: String }

    private static func looks(at volume: borrowing Volume) -> [Look] {
        let plain = volume.config(volume.plain)
        let linked = volume.config(volume.linked)
        let both = volume.config(volume.linked, overlap: .seconds(3_600))
        return [
            .bareStat("bare stat, plain path", volume.plain),
            .judge("right password, plain path", by: plain, Volume.current, as: .admitted(.current)),
            .bareStat("bare stat, through the volume's links", volume.linked),
            .judge("right password", by: linked, Volume.current, as: .admitted(.current)),
            .judge("right password, shared look", by: linked, Volume.current, isShared: true, as: .admitted(.current)),
            .judge("wrong password", by: linked, Volume.wrong, as: .wrong),
            .deny("out of scope", by: linked, as: Look.secret, for: Look.other),
            .deny("unknown secret", by: linked, as: SecretName("unknown"), for: Look.basic),
            .judge("with overlap: current value", by: both, Volume.current, as: .admitted(.current)),
            .judge("with overlap: previous value", by: both, Volume.previous, as: .admitted(.previous)),
            .judge("with overlap: wrong password", by: both, Volume.wrong, as: .wrong),
            .deny("with overlap: out of scope", by: both, as: Look.secret, for: Look.other),
        ]
    }
}
