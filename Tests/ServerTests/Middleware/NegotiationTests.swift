import HTTP
import Testing

@testable import Server

@Suite struct NegotiationTests {
    private static let fhir = [(FieldName.contentType, "application/fhir+json")]

    /// The refusal as the response that it becomes; 200 where there is none.
    private func answer(
        _ method: Method, _ fields: [(FieldName, String)] = [], to target: String = "/fhir/Patient",
        takesForm: Bool = false
    ) throws -> Response {
        do {
            try Negotiation.check(Request(method, target, fields).head, takesForm: takesForm)
            return Response(.ok)
        } catch let refusal as Refusal {
            return .outcome(refusal.status, refusal.issue)
        }
    }

    @Test(arguments: [
        ("application/fhir+json", 200), ("application/json", 200), ("application/*", 200), ("*/*", 200),
        ("Application/FHIR+JSON;fhirVersion=4.0", 200), ("text/html, */*;q=0.1", 200),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", 200), ("text/html , application/json", 200),
        ("application/fhir+xml", 406), ("text/html", 406), ("application/json;q=0", 406),
        ("application/fhir+xml, application/fhir+json;q=0.0", 406), ("json", 406), ("application/fhir+jsonx", 406),
    ])
    func aResponseIsMadeOnlyForOneWhoAcceptsIt(accept: String, status: Int) throws {
        let response = try answer(.get, [(.accept, accept)])
        #expect(response.status.code == status)
        if status == 406 {
            #expect(response.issue == "error not-supported")
            #expect(response.diagnostics.contains("application/fhir+json"))
        }
    }

    @Test(arguments: [
        // Neither the order nor the greatest quality decides, but the range that names the type best.
        ("application/json;q=0, application/fhir+json;q=0, */*", 406), ("*/*, application/*;q=0", 406),
        ("application/*, */*;q=0", 200), ("*/*;q=0, application/fhir+json;q=0.001", 200),
        ("application/*;q=0, application/json;q=0.1, */*;q=0", 200), ("*/*;q=0", 406), ("text/*;q=0, */*;q=0.1", 200),
        // One of the two names of JSON is enough.
        ("*/*;q=0.5, application/json;q=0", 200),
    ])
    func theMostSpecificRangeDecides(accept: String, status: Int) throws {
        #expect(try answer(.get, [(.accept, accept)]).status.code == status)
    }

    @Test func severalAcceptFieldsAreOneList() throws {
        #expect(try answer(.get, [(.accept, "text/html"), (.accept, "application/json")]).status == .ok)
    }

    @Test(arguments: [
        ("_format=json", 200), ("_format=application/fhir%2Bjson", 200), ("_format=application/fhir+json", 200),
        ("_format=application/json", 200), ("a=b&_format=json", 200), ("not_format=xml", 200),
        ("_format=xml", 406), ("_format=application/fhir+xml", 406), ("_format=", 406), ("_format=JSONP", 406),
        ("_format=jsonp", 406), ("_format=application/json-patch%2Bjson", 406),
    ])
    func theParameterFormatDecidesInsteadOfAccept(query: String, status: Int) throws {
        let target = "/fhir/Patient?\(query)"
        #expect(try answer(.get, to: target).status.code == status)
        if query.hasPrefix("_format") {
            let contrary = status == 200 ? "application/fhir+xml" : "application/fhir+json"
            #expect(try answer(.get, [(.accept, contrary)], to: target).status.code == status)
        }
    }

    @Test(arguments: [Method.put, .post])
    func contentIsTakenAsJSONInUTF8AndNotOtherwise(method: Method) throws {
        let cases: [(String?, Int)] = [
            ("application/fhir+json", 200), ("application/json", 200), ("application/json; charset=utf-8", 200),
            ("application/fhir+json;fhirVersion=4.0", 200), ("application/json; charset=latin1", 415),
            ("application/fhir+xml", 415), ("text/plain", 415), ("application/*", 415), ("", 415), (nil, 415),
            ("application/x-www-form-urlencoded", 415), ("application/json-patch+json", 415),
        ]
        for (type, status) in cases {
            let response = try answer(method, type.map { [(.contentType, $0)] } ?? [])
            #expect(response.status.code == status, "\(type ?? "none")")
            if status == 415 { #expect(response.diagnostics.contains("application/fhir+json")) }
        }
        #expect(try answer(method, Self.fhir + Self.fhir).status.code == 415)
    }

    @Test func aFormIsTakenWhereOneIsWantedAndNothingElse() throws {
        let form = [(FieldName.contentType, "application/x-www-form-urlencoded;charset=UTF-8")]
        #expect(try answer(.post, form, takesForm: true).status == .ok)
        let refused = try answer(.post, Self.fhir, takesForm: true)
        #expect(refused.status.code == 415)
        #expect(refused.diagnostics.contains("application/x-www-form-urlencoded"))
    }

    @Test func aRequestWithoutContentNeedsNoType() throws {
        for method in [Method.get, .head, .delete] {
            #expect(try answer(method, [(.contentType, "text/plain")]).status == .ok)
        }
    }

    @Test(
        arguments: [
            (.identity, 200), (.gzip, 200), (.onlyGzip, 200), (.nothing, 406),
        ] as [(AcceptEncoding.Choice, Int)])
    func whoAcceptsNoCodingThatThereIsGetsNothing(choice: AcceptEncoding.Choice, status: Int) throws {
        let head = RequestHead(
            method: .get, target: RequestTarget(path: "/fhir/Patient"), accepts: choice)
        do {
            try Negotiation.check(head, takesForm: false)
            #expect(status == 200)
        } catch let refusal as Refusal {
            #expect(Response.outcome(refusal.status, refusal.issue).diagnostics.contains("gzip"))
            #expect(refusal.status.code == status)
        }
    }
}
