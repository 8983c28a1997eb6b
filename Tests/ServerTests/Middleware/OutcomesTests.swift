import Access
import FHIR
import HTTP
import JSON
import Logging
import Storage
import Telemetry
import Testing

@testable import Server

@Suite struct OutcomesTests {
    private let log = LogBook()
    private let registry = MetricRegistry()

    private let outcomes: Outcomes

    init() {
        outcomes = Outcomes(denials: Denials(registry, log.logger()), logger: log.logger())
    }

    private func answer(_ error: any Error) -> Response {
        outcomes.response(to: error, of: Exchange(.put, "/fhir/Patient/a"))
    }

    @Test func aRefusalIsAnsweredAsItSays() throws {
        let response = answer(Refusal(.methodNotAllowed, .notSupported, "Not here.", allow: "GET"))
        #expect(response.status == .methodNotAllowed)
        #expect(response[.allow] == "GET")
        #expect(response[.contentType] == "application/fhir+json")
        #expect(
            response.text
                == #"{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"not-supported","#
                + #""diagnostics":"Not here."}]}"#)
        let other = answer(Refusal(.forbidden, .forbidden, "No."))
        #expect(other.status == .forbidden)
        #expect(other[.allow] == nil)
        #expect(log.lines.isEmpty)
    }

    @Test func anErrorOfFHIRIs400Or422WithItsPlace() throws {
        let malformed = answer(FHIRError.malformed(.value, "bad", at: "_count"))
        #expect(malformed.status == .badRequest)
        #expect(malformed.issue == "error value")
        #expect(malformed.json.value(at: "issue", "0", "expression", "0") == "_count")
        let unprocessable = answer(FHIRError.unprocessable(.businessRule, "against a rule", at: "Client"))
        #expect(unprocessable.status == .unprocessableContent)
        #expect(unprocessable.issue == "error business-rule")
        #expect(unprocessable.diagnostics == "against a rule")
        #expect(log.lines.isEmpty)
    }

    static let wire: [(HTTPError, Int, String)] = [
        (.malformed("broken chunk"), 400, "structure"), (.targetTooLong(limit: 1), 414, "structure"),
        (.headerTooLarge(limit: 1), 431, "structure"), (.tooManyFields(limit: 1), 431, "structure"),
        (.contentTooLarge(limit: 7), 413, "too-long"), (.timedOut(waitingFor: "content"), 408, "timeout"),
        (.unknownTransferCoding, 501, "structure"), (.unsupportedVersion, 505, "structure"),
        (.unknownExpectation, 417, "structure"), (.disconnected, 400, "structure"),
        (.unknownContentCoding, 415, "not-supported"),
        (.notImplemented("CONNECT"), 501, "structure"), (.misdirected("https"), 421, "structure"),
    ]

    @Test func whoSendsAnUnknownCodingIsToldWhichThereIs() {
        #expect(answer(HTTPError.unknownContentCoding)[.acceptEncoding] == "gzip")
        #expect(answer(HTTPError.unknownTransferCoding)[.acceptEncoding] == nil)
    }

    @Test(arguments: wire)
    func anErrorOfTheWireKeepsItsStatus(error: HTTPError, status: Int, code: String) throws {
        let response = answer(error)
        #expect(response.status.code == status)
        #expect(response.issue == "error \(code)")
        #expect(response.diagnostics == error.explanation)
        #expect(log.lines.isEmpty)
    }

    private static let fault = DiskFault(call: "pwrite", path: "/srv/keyward/journal.ndjson", code: 28)
    static let store: [(StorageError, Int, String)] = [
        (.preconditionFailed(current: 3), 412, "conflict"), (.preconditionFailed(current: nil), 412, "conflict"),
        (.overloaded(waiting: 9), 503, "transient"), (.full(fault), 507, "no-store"),
        (.unavailable("the sync of /srv/keyward failed"), 503, "transient"), (.disk(fault), 500, "exception"),
        (.unreadable(file: "/srv/keyward/base-000000000001.ndjson", offset: 7, reason: "x"), 500, "exception"),
        (.locked(folder: "/srv/keyward", holder: "pid 1"), 503, "transient"),
        (.missing(folder: "/srv/keyward"), 503, "transient"),
        (.unknownFormat(file: "/srv/keyward/journal.ndjson", found: "x"), 503, "transient"),
    ]

    @Test(arguments: store)
    func anErrorOfTheStoreIsToldWithoutItsFilesAndLoggedWithThem(error: StorageError, status: Int, code: String) throws
    {
        let response = answer(error)
        #expect(response.status.code == status)
        #expect(response.issue == "error \(code)")
        #expect(!response.diagnostics.isEmpty)
        #expect(!response.text.contains("/srv"))
        if status == 412 {
            #expect(log.lines.isEmpty)
        } else {
            let line = try #require(log.lines.first)
            #expect(line.level == .error)
            #expect(line.fields["error"] == "\(error)")
            #expect(line.fields["request_id"] == "r-1")
        }
    }

    @Test func anUnexpectedErrorIsLoggedAndNotShown() throws {
        struct Surprise: Error { let inside = "path /srv and a value" }
        let response = answer(Surprise())
        #expect(response.status == .internalServerError)
        #expect(response.issue == "fatal exception")
        #expect(!response.text.contains("Surprise"))
        #expect(!response.text.contains("/srv"))
        let line = try #require(log.lines.first)
        #expect(line.level == .critical)
        #expect(line.fields["error"]?.contains("path /srv and a value") == true)
        #expect(line.fields["request_id"] == "r-1")
    }

    @Test func aDenialIsTheOneChallengeAndCounts() {
        let response = answer(Denial.noCredentials)
        #expect(response.status == .unauthorized)
        #expect(response[.wwwAuthenticate] != nil)
        #expect(log.lines.map(\.message) == ["authentication denied"])
        #expect(counts.contains(#"keyward_denials_total{reason="no-credentials"} 1"#))
    }

    @Test func whoMayNotIsToldWhyAndNotChallenged() throws {
        let response = answer(
            Forbidden(principal: .client(try key("Client/basic").id), diagnostics: "ask somebody else"))
        #expect(response.status == .forbidden)
        #expect(response.issue == "error forbidden")
        #expect(response.diagnostics == "ask somebody else")
        #expect(response[.wwwAuthenticate] == nil)
        #expect(log.lines.map(\.message) == ["access denied"])
        #expect(counts.contains(#"keyward_denials_total{reason="forbidden"} 1"#))
    }

    private var counts: [Substring] { String(decoding: registry.render(), as: UTF8.self).split(separator: "\n") }
}
