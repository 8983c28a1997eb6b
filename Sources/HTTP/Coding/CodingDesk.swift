internal import Dispatch
internal import Synchronization
internal import Transport

/// Where content is packed and unpacked: little of it in place, more of it on a queue beside the event loops, so that a
/// large response of one client holds up nobody else's small one.
///
/// A queue for each way, one job at a time: who sends bombs holds up those who send, and nobody who only reads.
struct CodingDesk: Sendable {
    /// Bytes up to which the work is done in place: 0.2 ms to pack, less to unpack.
    static let most = 65_536
    /// Packed bytes of which it is tried in place whether they are no more than that.
    private static let mostPacked = 4_096

    private let packing = DispatchQueue(label: "keyward.gzip")
    private let unpacking = DispatchQueue(label: "keyward.gunzip")
    private let limits: Limits
    /// Bytes of content from which packing it is worth it.
    let minimum: Int

    init(limits: Limits) {
        self.limits = limits
        minimum = limits.gzipMinimum ?? .max
    }

    /// Whether any response is packed.
    var isOpen: Bool { limits.gzipMinimum != nil }

    /// The content of a request whose bytes are one gzip stream.
    func unpack(_ bytes: consuming ReceivedBytes) async throws(HTTPError) -> ReceivedBytes {
        if bytes.bytes.count <= Self.mostPacked {
            let most = min(limits.body, Self.most)
            do throws(HTTPError) {
                return try GzipDecoder.decode(bytes.bytes.span, limit: most)
            } catch .contentTooLarge where most < limits.body {
                // Four kilobytes may unpack to four megabytes, and many such stand in line on one connection.
            }
        }
        let job = Unpacking(bytes, limit: limits.body)
        await withCheckedContinuation { done in
            unpacking.async {
                job.run()
                done.resume()
            }
        }
        return try job.takeOutcome().get()
    }

    /// `content` as a gzip stream, made beside the loop.
    func pack(_ content: [UInt8]) async -> [UInt8] {
        await withCheckedContinuation { done in
            packing.async { done.resume(returning: GzipEncoder.encode(content.span)) }
        }
    }
}

/// Bytes on their way to the queue and back: what has one owner cannot be captured.
private final class Unpacking: Sendable {
    private let bytes: ReceivedBytes
    private let limit: Int
    private let outcome = Mutex<Result<ReceivedBytes, HTTPError>?>(nil)

    init(_ bytes: consuming ReceivedBytes, limit: Int) {
        self.bytes = bytes
        self.limit = limit
    }

    /// Nobody asks for the outcome before this has ended.
    func run() {
        outcome.withLock { $0 = decoded() }
    }

    private func decoded() -> Result<ReceivedBytes, HTTPError> {
        do throws(HTTPError) {
            let packed = bytes.bytes
            return .success(try GzipDecoder.decode(packed.span, limit: limit))
        } catch {
            return .failure(error)
        }
    }

    func takeOutcome() -> Result<ReceivedBytes, HTTPError> {
        outcome.withLock { $0.take() } ?? .failure(.disconnected)
    }
}
