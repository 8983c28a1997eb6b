internal import Access
internal import FHIR
internal import HTTP
internal import Logging
internal import Storage

/// Turns every error of every room into a response: the one place that does.
struct Outcomes: Sendable {
    let denials: Denials
    let logger: Logger

    func response(to error: any Error, of exchange: Exchange) -> Response {
        switch error {
        case let error as Denial:
            return denials.challenge(exchange, error)
        case let error as Forbidden:
            denials.note(exchange, error)
            return .outcome(.forbidden, .init(.forbidden, error.diagnostics))
        case let error as UnusableReference:
            return .outcome(.unprocessableContent, .init(.businessRule, "\(error.obstacle)"))
        case let error as Refusal:
            var response = Response.outcome(error.status, error.issue)
            if let allow = error.allow { response.add(.allow, allow) }
            return response
        case let error as FHIRError:
            return .outcome(error.kind == .malformed ? .badRequest : .unprocessableContent, error.issue)
        case let error as HTTPError:
            var response = Response.outcome(error.status, .init(Self.issueType(error), error.explanation))
            // RFC 9110 §15.5.16.
            if error == .unknownContentCoding { response.add(.acceptEncoding, "gzip") }
            return response
        case let error as StorageError:
            return response(to: error, of: exchange)
        default:
            logger.critical("request failed unexpectedly", metadata: exchange.logFields(["error": "\(error)"]))
            return .outcome(
                .internalServerError,
                .init(
                    .exception, "The server failed; its log has the reason under this request's id.", severity: .fatal))
        }
    }

    private func response(to error: StorageError, of exchange: Exchange) -> Response {
        let (status, code): (Status, IssueType)
        switch error {
        case .preconditionFailed: (status, code) = (.preconditionFailed, .conflict)
        case .full: (status, code) = (.insufficientStorage, .noStore)
        case .disk, .unreadable: (status, code) = (.internalServerError, .exception)
        default: (status, code) = (.serviceUnavailable, .transient)
        }
        if status != .preconditionFailed {
            let event =
                status == .internalServerError ? "the store cannot read an old version" : "the store refused a write"
            logger.error("\(event)", metadata: exchange.logFields(["error": "\(error)"]))
        }
        return .outcome(status, .init(code, error.forClients))
    }

    private static func issueType(_ error: HTTPError) -> IssueType {
        switch error {
        case .contentTooLarge: .tooLong
        case .timedOut: .timeout
        case .unknownContentCoding: .notSupported
        default: .structure
        }
    }
}
