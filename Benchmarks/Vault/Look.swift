import Glibc
import SwiftOverlayShims
import Vault

/// Something that is done many times, and whether it came to what it should.
struct Look {
    let name: String
    /// Does it so often, and says how often it came to what it should.
    let run: (Int) -> Int

    /// The system call alone.
    static func bareStat(_ name: String, _ path: String) -> Look {
        let path = path.utf8CString
        return Look(name: name) { count in
            var sound = 0
            var status = stat()
            unsafe path.withUnsafeBufferPointer { path in
                guard let start = path.baseAddress else { return }
                for _ in 0..<count where unsafe stat(start, &status) == 0 { sound += 1 }
            }
            return sound
        }
    }

    /// A password judged by a resolver: as the value that it is, or as none.
    static func judge(
        _ name: String, by config: VaultConfig, _ password: String, isShared: Bool = false, as expected: SecretVerdict
    ) -> Look {
        let resolver = SecretResolver(config: config, files: PosixFiles()) { try? await Task.sleep(for: $0) }
        let presented = Presented(password)
        let arrival = isShared ? Moment.now() : .latest
        let claim = SecretClaim(to: secret, for: basic)
        return Look(name: name) { count in
            var sound = 0
            for _ in 0..<count {
                if case .settled(expected) = try? resolver.judge(presented.bytes, by: claim, since: arrival) {
                    sound += 1
                }
            }
            return sound
        }
    }

    /// A request that gets no look at the secret's file but at another one.
    static func deny(_ name: String, by config: VaultConfig, as secret: SecretName, for requester: Requester) -> Look {
        let resolver = SecretResolver(config: config, files: PosixFiles()) { try? await Task.sleep(for: $0) }
        let presented = Presented(Volume.current)
        let claim = SecretClaim(to: secret, for: requester)
        return Look(name: name) { count in
            var sound = 0
            for _ in 0..<count {
                do throws(VaultError) {
                    _ = try resolver.judge(presented.bytes, by: claim, since: .latest)
                } catch {
                    sound += 1
                }
            }
            return sound
        }
    }

    static let secret = SecretName("client-secret")
    static let basic = Requester(resourceType: "Client", id: "basic", field: "secret")
    static let other = Requester(resourceType: "Client", id: "other", field: "secret")
}

/// A password that closures may share.
private final class Presented {
    let bytes: SecretBytes

    init(_ text: String) {
        bytes = SecretBytes(copying: Array(text.utf8).span)
    }
}
