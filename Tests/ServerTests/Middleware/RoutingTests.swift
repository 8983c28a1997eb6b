import FHIR
import HTTP
import Testing

@testable import Server

@Suite struct RoutingTests {
    private struct Nothing: Interaction {
        func respond(to exchange: Exchange) async throws -> Response { Response(.ok) }
    }

    private let routing = Routing([
        .open("/fhir/metadata") { _ in Response(.ok) },
        .resources("/fhir/{type}", [.get: Nothing(), .post: Nothing()]),
        .form("/fhir/{type}/_search", Nothing()),
        .resources("/fhir/{type}/{id}", [.get: Nothing(), .put: Nothing(), .delete: Nothing()]),
        .resources("/fhir/{type}/{id}/_history", [.get: Nothing()]),
        .resources("/fhir/{type}/{id}/_history/{vid}", [.get: Nothing()]),
        .plain("/livez") { Response(.ok) },
    ])

    private func refusal(_ method: Method, _ path: String) throws -> Refusal {
        try #require(throws: Refusal.self) { _ = try routing.endpoint(for: Exchange(method, path)) }
    }

    @Test(arguments: [
        ("/", "not-found"), ("/fhir", "not-found"), ("/fhir/", "not-found"), ("/fhir/Patient/a/b/c", "not-found"),
        ("/Patient", "not-found"), ("*", "not-found"), ("/fhir/Patient/", "not-found"),
        ("/fhir/patient", "not-supported"), ("/fhir/Nonsense/a", "not-supported"), ("/fhir/Resource", "not-supported"),
        ("/fhir/Parameters", "not-supported"), ("/fhir/AccessPolicy", "not-supported"),
        ("/fhir/Patient%20", "not-supported"),
    ])
    func unknownPathsAndTypesAre404(path: String, code: String) throws {
        for method in [Method.get, .delete] where method == .get || code == "not-found" {
            let refusal = try refusal(method, path)
            #expect(refusal.status == .notFound)
            #expect(refusal.issue.code.rawValue == code)
            #expect(refusal.allow == nil)
        }
    }

    @Test(arguments: [
        (Method.delete, "/fhir/Patient", "GET, HEAD, POST"), (.patch, "/fhir/Patient/a", "DELETE, GET, HEAD, PUT"),
        (.post, "/fhir/Patient/a", "DELETE, GET, HEAD, PUT"), (.get, "/fhir/Patient/_search", "POST"),
        (.put, "/fhir/metadata", "GET, HEAD"), (.options, "/livez", "GET, HEAD"),
        (.delete, "/fhir/Patient/a/_history", "GET, HEAD"), (.put, "/fhir/Patient/a/_history/1", "GET, HEAD"),
    ])
    func aKnownPathWithAnotherMethodIs405AndSaysWhichOnesItServes(method: Method, path: String, allow: String) throws {
        let refusal = try refusal(method, path)
        #expect(refusal.status == .methodNotAllowed)
        #expect(refusal.allow == allow)
        #expect(refusal.issue.diagnostics.contains(method.text))
        #expect(refusal.issue.diagnostics.contains(allow))
    }

    @Test func aMethodThatIsNotServedIs404OnATypeThatIsNoneAnd405OnOneThatIs() throws {
        for path in ["/fhir/Nonsense/a", "/fhir/Nonsense", "/fhir/AccessPolicy/a"] {
            let refusal = try refusal(.patch, path)
            #expect(refusal.status == .notFound)
            #expect(refusal.allow == nil)
        }
        #expect(try refusal(.patch, "/fhir/Patient/a").status == .methodNotAllowed)
        #expect(try refusal(.patch, "/fhir/Patient").status == .methodNotAllowed)
    }

    @Test func aMethodThatNobodyKnowsIs501WhateverThePath() throws {
        for path in ["/fhir/Patient", "/nowhere"] {
            #expect(try refusal(.unknown, path).status == .notImplemented)
            #expect(try refusal(.trace, path).status == .notImplemented)
        }
    }

    @Test func theServerAsAWholeIsAskedForItsMethodsAndForNothingElse() async throws {
        let whole = Exchange(.options, "*")
        let endpoint = try routing.endpoint(for: whole)
        #expect(endpoint.admission == .open && !endpoint.speaksFHIR)
        let response = try await endpoint.serve(whole)
        #expect(response.status == .noContent)
        #expect(response[.allow] == "DELETE, GET, HEAD, OPTIONS, POST, PUT")
        #expect(whole.route == nil)
        #expect(try refusal(.options, "/").status == .notFound)
    }

    @Test(arguments: ["/fhir/Patient/%ff", "/fhir/%zz", "/%2"])
    func aPathThatDoesNotDecodeIs400(path: String) throws {
        #expect(try refusal(.get, path).status == .badRequest)
    }

    @Test func theExchangeLearnsRouteTypeAndID() throws {
        let read = Exchange(.head, "/fhir/Pati%65nt/%61.b")
        _ = try routing.endpoint(for: read)
        #expect(read.routeName == "/fhir/{type}/{id}")
        #expect(read.type?.name == "Patient")
        #expect(read.instance?.text == "a.b")
        let metadata = Exchange(.get, "/fhir/metadata")
        _ = try routing.endpoint(for: metadata)
        #expect(metadata.routeName == "/fhir/metadata")
        #expect(metadata.type == nil)
        #expect(metadata.instance == nil)
    }

    @Test(arguments: [
        ("1", 1), ("10", 10), ("9223372036854775807", Int.max), ("9223372036854775808", nil), ("0", nil), ("01", nil),
        ("1x", nil), ("-1", nil), ("18446744073709551617", nil), ("%31", 1),
    ])
    func theExchangeLearnsTheVersionWhereItIsOne(text: String, version: Int?) throws {
        let read = Exchange(.get, "/fhir/Patient/a/_history/\(text)")
        _ = try routing.endpoint(for: read)
        #expect(read.version == version && read.isForVersion && !read.isForHistory)
        #expect(read.instance?.text == "a")
        let history = Exchange(.get, "/fhir/Patient/a/_history")
        _ = try routing.endpoint(for: history)
        #expect(history.version == nil && !history.isForVersion && history.isForHistory)
        #expect(history.routeName == "/fhir/{type}/{id}/_history")
    }

    @Test func anEncodedSlashSeparatesNothing() throws {
        #expect(try refusal(.get, "/fhir/Patient/a%2Fb").status == .notFound)
        #expect(try refusal(.get, "/fhir%2FPatient").status == .notFound)
    }

    @Test func theEndpointIsTheOneOfPathAndMethod() async throws {
        struct Named: Interaction {
            let name: String
            func respond(to exchange: Exchange) async throws -> Response { .plain(.ok, name) }
        }
        let routing = Routing([
            .open("/fhir/metadata") { _ in .plain(.ok, "capabilities") },
            .resources("/fhir/{type}", [.get: Named(name: "search"), .post: Named(name: "create")]),
            .form("/fhir/{type}/_search", Named(name: "form")), .plain("/livez") { .plain(.ok, "live") },
        ])
        let cases: [(Method, String, String, Endpoint.Admission, speaksFHIR: Bool, takesForm: Bool)] = [
            (.get, "/fhir/metadata", "capabilities", .open, true, false),
            (.get, "/fhir/Patient", "search", .resources, true, false),
            (.head, "/fhir/Patient", "search", .resources, true, false),
            (.post, "/fhir/Patient", "create", .resources, true, false),
            (.post, "/fhir/Patient/_search", "form", .resources, true, true),
            (.get, "/livez", "live", .open, false, false),
        ]
        for (method, path, name, admission, speaksFHIR, takesForm) in cases {
            let exchange = Exchange(method, path)
            let endpoint = try routing.endpoint(for: exchange)
            #expect(try await endpoint.serve(exchange).text == "\(name)\n")
            #expect(endpoint.admission == admission)
            #expect(endpoint.speaksFHIR == speaksFHIR)
            #expect(endpoint.takesForm == takesForm)
        }
    }

    @Test func whatIsRefusedHasNoRouteForTheMetricsToKeep() {
        for path in ["/fhir/Nonsense", "/nowhere"] {
            let exchange = Exchange(.get, path)
            _ = #expect(throws: Refusal.self) { _ = try routing.endpoint(for: exchange) }
            #expect(exchange.routeName == "none")
        }
    }
}
