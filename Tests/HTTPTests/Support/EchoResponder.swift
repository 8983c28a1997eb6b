import HTTP
import Synchronization
import Testing
import Transport

/// Answers `METHOD path [content]`, and counts what it was asked. `/ignore` leaves the content unread, `/big` has more
/// content than any socket takes at once. What needs no content is answered at once, unless all have to wait.
final class EchoResponder: Responder {
    let asked = Mutex<[String]>([])
    let arrivals = Mutex<[Deadline]>([])
    private let waits: Bool

    init(waits: Bool = false) {
        self.waits = waits
    }

    func respondAtOnce(to request: Request) -> Response? {
        guard !waits, request.head.framing == .none else { return nil }
        let path = request.head.target.path
        note(request)
        if path == "/ignore" { return .plain(.ok, "ignored") }
        if path == "/big" { return Self.big }
        return .plain(.ok, "\(request.method.text) \(path) []")
    }

    private static let big = Response(.ok, content: [UInt8](repeating: 0x78, count: 33_554_432))

    private func note(_ request: Request) {
        arrivals.withLock { $0.append(request.arrived) }
        asked.withLock { $0.append("\(request.method.text) \(request.head.target.path)") }
    }

    func respond(to request: Request) async -> Response {
        note(request)
        await Task.yield()
        if request.head.target.path == "/ignore" { return .plain(.ok, "ignored") }
        if request.head.target.path == "/big" { return Self.big }
        do throws(HTTPError) {
            let received = try await request.content()
            let content = String(decoding: received.bytes, as: UTF8.self)
            return .plain(.ok, "\(request.method.text) \(request.head.target.path) [\(content)]")
        } catch {
            return refuse(error)
        }
    }

    func note(_ fault: TransportError) {
        Issue.record("\(fault)")
    }

    func refuse(_ error: HTTPError) -> Response {
        .plain(error.status, error.explanation)
    }
}
