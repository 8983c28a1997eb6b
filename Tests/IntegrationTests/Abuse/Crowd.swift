import Foundation
import Glibc
import Synchronization

/// Many connections to a server on this machine, which one thread opens and drives: every 20 ms each of them does what
/// is its manner.
final class Crowd: Sendable {
    /// POLLRDHUP, which glibc declares for _GNU_SOURCE only.
    private static let end: Int16 = 0x2000

    private let port: UInt16
    private let reopens: Bool
    private let flag = Flag()
    private let members: Mutex<[Member]>

    private struct Member {
        let manner: Manner
        var descriptor: Int32 = -1
        var wasOpened = false
        var wasEnded = false
    }

    /// - Parameter reopens: opens another connection in place of each that the server ends, but for half-closed ones,
    ///   which it ends at once.
    init(port: UInt16, reopens: Bool, _ counts: KeyValuePairs<Manner, Int>) {
        self.port = port
        self.reopens = reopens
        members = Mutex(counts.flatMap { manner, count in (0..<count).map { _ in Member(manner: manner) } })
        flag.enter()
        Thread { [self] in
            while flag.isSet {
                members.withLock { members in
                    for index in members.indices { drive(&members[index]) }
                }
                usleep(20_000)
            }
            flag.leave()
        }.start()
    }

    /// Lets go of all connections. Answers whether that came to its end.
    func end() -> Bool {
        defer {
            members.withLock { members in
                for index in members.indices where members[index].descriptor >= 0 {
                    close(members[index].descriptor)
                    members[index].descriptor = -1
                }
            }
        }
        return flag.end()
    }

    /// Connections that have been opened, once or again.
    var opened: Int { members.withLock { $0.count(where: \.wasOpened) } }

    /// Connections of this manner that the server has ended at least once.
    func ended(_ manner: Manner) -> Int { members.withLock { $0.count { $0.manner == manner && $0.wasEnded } } }

    private func drive(_ member: inout Member) {
        if member.descriptor < 0 {
            guard !member.wasOpened || (reopens && member.manner != .halfClosed) else { return }
            open(&member)
        } else {
            if !member.manner.piece.isEmpty { send(member.manner.piece, to: member.descriptor) }
            if member.manner.takes > 0 {
                var room = [UInt8](repeating: 0, count: member.manner.takes)
                _ = unsafe recv(member.descriptor, &room, room.count, Int32(MSG_DONTWAIT))
            }
            // The other side's end shows before what it sent has been taken.
            var news = pollfd(fd: member.descriptor, events: Self.end, revents: 0)
            guard unsafe poll(&news, 1, 0) > 0 else { return }
            close(member.descriptor)
            member.descriptor = -1
            member.wasEnded = true
        }
    }

    private func open(_ member: inout Member) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        let size = socklen_t(MemoryLayout<Int32>.size)
        var little: Int32 = 4_096
        if member.manner.isNarrow { unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &little, size) }
        guard connectToLoopback(descriptor, port) else {
            close(descriptor)
            return
        }
        if !member.manner.start.isEmpty { send(member.manner.start, to: descriptor) }
        if member.manner.finishes { shutdown(descriptor, Int32(SHUT_WR)) }
        member.descriptor = descriptor
        member.wasOpened = true
    }

    private func send(_ text: String, to descriptor: Int32) {
        let bytes = Array(text.utf8)
        _ = unsafe Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
    }
}

/// Raises this process's limit of open descriptors to the hard one; answers it.
@discardableResult
func raiseOwnDescriptorLimit() -> Int {
    var limit = rlimit()
    unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    limit.rlim_cur = limit.rlim_max
    unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    return Int(clamping: limit.rlim_cur)
}
