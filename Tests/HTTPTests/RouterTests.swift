import HTTP
import Testing

@Suite struct RouterTests {
    let router = Router([
        ("/fhir/metadata", [.get]), ("/fhir/{type}", [.get, .post]), ("/fhir/{type}/{id}", [.get, .put]),
    ])

    private func served(_ method: Method, _ path: String) -> String {
        let path = Array(path.utf8)
        var parameters: [String] = []
        return
            switch router.match(
                method, path.span, parameter: { parameters.append(String(decoding: $0.array, as: UTF8.self)) })
        {
        case .found(let route, let method): "\(route) \(method) \(parameters)"
        case .methodNotAllowed(let allow): "405 \(allow)"
        case .notFound: "404"
        case .undecodable: "400"
        }
    }

    @Test func literalsComeBeforeParametersAndHeadIsServedByGet() {
        #expect(served(.get, "/fhir/metadata") == "0 0 []")
        #expect(served(.head, "/fhir/Patient/1") == #"2 0 ["Patient", "1"]"#)
        #expect(served(.post, "/fhir/Patient") == #"1 1 ["Patient"]"#)
    }

    @Test func aKnownPathWithAnotherMethodNamesTheAllowedOnes() {
        #expect(served(.delete, "/fhir/Patient") == "405 GET, HEAD, POST")
        #expect(served(.post, "/fhir/metadata") == "405 GET, HEAD")
    }

    @Test(arguments: ["/", "/fhir", "/fhir/", "/fhir/Patient/", "/fhir//1", "/fhir/Patient/1/2", "/FHIR/Patient", "*"])
    func unknownPathsAreNotFound(path: String) {
        #expect(served(.get, path) == "404")
    }

    @Test func percentSignsAreDecodedAfterThePathIsCut() {
        #expect(served(.get, "/fh%69r/%C3%A9") == #"1 0 ["é"]"#)
        #expect(served(.get, "/fhir/%6detadata") == "0 0 []")
        #expect(served(.delete, "/fhir/m%65tadata") == "405 GET, HEAD")
        #expect(served(.get, "/fhir/a%2Bb+c%25%32%35") == #"1 0 ["a+b+c%25"]"#)
        // What is decoded once is not decoded again, and a slash that was encoded separates nothing.
        #expect(served(.get, "/fhir/a%252Fb") == #"1 0 ["a%2Fb"]"#)
        #expect(served(.get, "/fhir/a%2Fb") == "404")
        #expect(served(.get, "/fhir%2fa") == "404")
        for path in ["/fhir/%zz", "/fhir/%2", "/fhir/%", "/fhir/%ff"] { #expect(served(.get, path) == "400") }
    }
}

extension Span<UInt8> {
    fileprivate var array: [UInt8] { indices.map { self[$0] } }
}
