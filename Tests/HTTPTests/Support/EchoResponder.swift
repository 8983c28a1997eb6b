import HTTP
import Synchronization
import Testing
import Transport

/// Answers `METHOD path [content]`, and counts what it was asked. `/ignore` leaves the content unread, `/big` has more
/// content than any socket takes at once.
final class EchoResponder: Responder {
    let asked = Mutex<[String]>([])
    let arrivals = Mutex<[Deadline]>([])

    func respond(to request: Request) async -> Response {
        arrivals.withLock { $0.append(request.arrived) }
        asked.withLock { $0.append("\(request.method.text) \(request.head.target.path)") }
        if request.head.target.path == "/ignore" { return .plain(.ok, "ignored") }
        if request.head.target.path == "/big" {
            return Response(.ok, content: [UInt8](repeating: 0x78, count: 33_554_432))
        }
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
