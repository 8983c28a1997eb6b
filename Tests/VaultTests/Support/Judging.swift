import Synchronization
import Vault

/// What a resolver says about one presented password.
enum Verdict: Equatable, Sendable {
    case admitted
    /// As the value before, in its overlap.
    case admittedAsPrevious
    /// As the value before, after its overlap.
    case expired
    case refused
    case failed(String)
}

extension Requester {
    static let basic = Requester(resourceType: "Client", id: "basic", field: "secret")
}

extension SecretResolver {
    /// A judgement to its end, by a claim that nobody keeps.
    func admits(
        _ presented: borrowing SecretBytes, as name: SecretName, for requester: Requester,
        since arrival: Moment = .latest
    ) async throws(VaultError) -> SecretVerdict {
        switch try judge(presented, by: SecretClaim(to: name, for: requester), since: arrival) {
        case .settled(let verdict): verdict
        case .open(let question): try await settle(question, about: presented)
        }
    }

    func verdict(
        on password: some Collection<UInt8>, as name: String = "client-secret", for requester: Requester = .basic
    ) async -> Verdict {
        let presented = SecretBytes(copying: Array(password).span)
        do throws(VaultError) {
            switch try await admits(presented, as: SecretName(name), for: requester) {
            case .admitted(.current): return .admitted
            case .admitted(.previous): return .admittedAsPrevious
            case .expired: return .expired
            case .wrong: return .refused
            }
        } catch {
            return .failed(error.code)
        }
    }

    func verdict(
        on password: String, as name: String = "client-secret", for requester: Requester = .basic
    ) async -> Verdict {
        await verdict(on: password.utf8, as: name, for: requester)
    }

    /// Over one secret, `client-secret`, for every Client.
    convenience init(
        path: String, roots: [String]? = nil, files: any FileSystem = PosixFiles(), pauses: Pauses = Pauses()
    ) {
        let secret = VaultConfig.Secret(
            name: SecretName("client-secret"), path: path, scopes: [SecretScope(resourceType: "Client")])
        self.init(config: VaultConfig(roots: roots, secrets: [secret], folder: "/"), files: files, pauses: pauses)
    }

    convenience init(config: VaultConfig, files: any FileSystem, pauses: Pauses) {
        self.init(config: config, files: files, sleep: { await pauses.take($0) })
    }
}

/// Records the pauses that are asked for, and takes none of them.
final class Pauses: Sendable {
    private let durations = Mutex<[Duration]>([])
    private let atPause: @Sendable (Int) -> Void

    /// - Parameter atPause: called in each pause with its number, from 1.
    init(atPause: @escaping @Sendable (Int) -> Void = { _ in }) {
        self.atPause = atPause
    }

    static let all: [Duration] = [.zero, .milliseconds(1), .milliseconds(5), .milliseconds(20)]

    var taken: [Duration] { durations.withLock { $0 } }

    func take(_ duration: Duration) async {
        let number = durations.withLock { durations in
            durations.append(duration)
            return durations.count
        }
        atPause(number)
    }
}
