import Foundation
import Hummingbird
import Logging
import NIOPosix

/// Hummingbird 2 doing what the benchmark asks of every server: it reads Basic credentials, finds the user, compares
/// the password in constant time, and answers with a fixed body. It looks at no secret's file, which is in its favour.
///
/// Arguments: the port on 127.0.0.1, the file that holds the body, and `user:password`.
@main
struct Comparator {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 4, let port = Int(arguments[1]) else {
            throw Usage(text: "usage: hummingbird-comparator PORT BODY-FILE USER:PASSWORD")
        }
        let body = ByteBuffer(bytes: try Data(contentsOf: URL(fileURLWithPath: arguments[2])))
        let account = arguments[3].split(separator: ":", maxSplits: 1).map(String.init)

        let router = Router()
        router.middlewares.add(BasicAuthentication(passwords: [account[0]: Array(account[1].utf8)]))
        router.get("/fhir/Patient/{id}") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "application/fhir+json"], body: .init(byteBuffer: body))
        }

        // A resource is read whole and parsed (by the faster of Foundation's two decoders), and then forgotten.
        router.post("/fhir/Patient") { request, _ in
            let body = try await request.body.collect(upTo: 2 << 20)
            _ = try JSONSerialization.jsonObject(with: Data(body.readableBytesView))
            return Response(status: .created, headers: [.location: "/fhir/Patient/x/_history/1"])
        }

        var logger = Logger(label: "comparator")
        logger.logLevel = .error
        let application = Application(
            router: router,
            configuration: .init(address: .hostname("127.0.0.1", port: port), serverName: nil),
            eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup(numberOfThreads: 1)),
            logger: logger)
        try await application.runService()
    }
}

struct Usage: Error, CustomStringConvertible {
    let text: String
    var description: String { text }
}

/// Reads Basic credentials (RFC 7617) and refuses a password that is not the user's, in a time that does not tell how
/// much of it agreed.
struct BasicAuthentication: RouterMiddleware {
    let passwords: [String: [UInt8]]

    func handle(
        _ request: Request, context: BasicRequestContext,
        next: (Request, BasicRequestContext) async throws -> Response
    ) async throws -> Response {
        guard let field = request.headers[.authorization], field.hasPrefix("Basic "),
            let decoded = Data(base64Encoded: String(field.dropFirst(6))),
            let colon = decoded.firstIndex(of: UInt8(ascii: ":")),
            let expected = passwords[String(decoding: decoded[..<colon], as: UTF8.self)]
        else { return Self.refusal }
        let presented = decoded[(colon + 1)...]
        var difference = presented.count ^ expected.count
        for (one, other) in zip(presented, expected) {
            difference |= Int(one ^ other)
        }
        return difference == 0 ? try await next(request, context) : Self.refusal
    }

    private static let refusal = Response(status: .unauthorized, headers: [.wwwAuthenticate: "Basic realm=\"fhir\""])
}
