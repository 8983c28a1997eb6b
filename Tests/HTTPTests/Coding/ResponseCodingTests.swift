import Testing
import Transport

@testable import HTTP

@Suite struct ResponseCodingTests {
    private static let fhir: StaticString = "application/fhir+json"
    private static let text = [UInt8](repeating: 0x61, count: 2_000)

    private func coded(
        _ choice: AcceptEncoding.Choice, _ content: [UInt8] = text, type: StaticString? = fhir, status: Status = .ok,
        minimum: Int? = 1_024, fields: [(FieldName, String)] = []
    ) async -> Response {
        var limits = Limits()
        limits.gzipMinimum = minimum
        var response = Response(status, content: content, type: type)
        let head = RequestHead(
            method: .get, target: RequestTarget(path: "/"), fields: fields, accepts: choice)
        let desk = CodingDesk(limits: limits)
        if !response.code(for: head, by: desk) { await response.pack(for: head, by: desk) }
        return response
    }

    private func unpacked(_ response: Response) throws -> [UInt8] {
        let content = try GzipDecoder.decode(response.content.span, limit: 10_000_000)
        // A copy: what `content` holds is overwritten when it ends.
        return content.bytes.map { $0 }
    }

    @Test func whoAsksGetsGzipAndWhoDoesNotIsToldThatItDependsOnThat() async throws {
        let packed = await coded(.gzip)
        #expect(packed[.contentEncoding] == "gzip")
        #expect(packed[.vary] == "Accept-Encoding")
        #expect(try unpacked(packed) == Self.text)
        for choice in [AcceptEncoding.Choice.identity, .nothing] {
            let plain = await coded(choice)
            #expect(plain[.contentEncoding] == nil)
            #expect(plain[.vary] == "Accept-Encoding")
            #expect(plain.content == Self.text)
        }
    }

    @Test(
        arguments: [
            ("text/plain; charset=utf-8", true), ("text/plain;version=0.0.4", true), ("application/json", true),
            ("application/health+json", true), ("application/fhir+json;fhirVersion=4.0", true),
            ("application/octet-stream", false), ("image/png", false), ("application/gzip", false),
            ("application/jsonx", false), (nil, false),
        ] as [(StaticString?, Bool)])
    func onlyTextAndJSONArePacked(type: StaticString?, isPacked: Bool) async {
        let response = await coded(.gzip, type: type)
        #expect((response[.contentEncoding] == "gzip") == isPacked)
        #expect((response[.vary] != nil) == isPacked)
    }

    @Test func whatGzipWouldNotMakeSmallerStaysAsItIsUnlessThatIsRefused() async throws {
        var generator = SystemRandomNumberGenerator()
        let noise = (0..<2_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let plain = await coded(.gzip, noise)
        #expect(plain.content == noise)
        #expect(plain[.contentEncoding] == nil && plain[.vary] == "Accept-Encoding")
        let packed = await coded(.onlyGzip, noise)
        #expect(packed[.contentEncoding] == "gzip")
        #expect(try unpacked(packed) == noise)
        #expect(try unpacked(await coded(.onlyGzip, [0x61])) == [0x61])
    }

    @Test(arguments: [Status.noContent, .notModified])
    func aResponseThatHasNoContentSaysVaryAtMost(status: Status) async {
        let asTheOther = await coded(.gzip, type: nil, status: status)
        #expect(asTheOther[.vary] == "Accept-Encoding")
        #expect(asTheOther[.contentEncoding] == nil && asTheOther.content == Self.text)
        #expect(await coded(.onlyGzip, [], status: status)[.vary] == nil)
    }

    @Test(arguments: [
        (["same-origin"], true), (["none"], true), ([], true), (["cross-site"], false), (["same-site"], false),
        (["none", "cross-site"], false), (["new-kind"], false),
    ])
    func aPageOfAnotherSiteGetsNothingPacked(sites: [String], isPacked: Bool) async {
        for choice in [AcceptEncoding.Choice.gzip, .onlyGzip] {
            let response = await coded(choice, fields: sites.map { (.secFetchSite, $0) })
            #expect((response[.contentEncoding] == "gzip") == isPacked)
            #expect(response[.vary] == "Accept-Encoding")
        }
    }

    @Test func packingCanBeTurnedOff() async {
        for choice in [AcceptEncoding.Choice.gzip, .onlyGzip] {
            let response = await coded(choice, minimum: nil)
            #expect(response[.contentEncoding] == nil && response[.vary] == nil && response.content == Self.text)
        }
    }

    @Test func contentOfManyBytesIsPackedBesideTheLoop() async throws {
        let content = [UInt8](repeating: 0x62, count: CodingDesk.most + 1)
        #expect(try unpacked(await coded(.gzip, content)) == content)
    }
}
