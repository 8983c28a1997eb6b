import Testing

@testable import HTTP

@Suite struct ResponseTests {
    private func written(
        _ response: Response, omitsContent: Bool = false, closes: Bool = false, saysKeepAlive: Bool = false
    ) -> String {
        var output: [UInt8] = []
        response.write(
            to: &output,
            .init(
                omitsContent: omitsContent, closes: closes, saysKeepAlive: saysKeepAlive,
                date: Array("Date: today\r\n".utf8)))
        return String(decoding: output, as: UTF8.self)
    }

    @Test func noValueFromOutsideEndsItsLine() {
        var response = Response(.ok)
        response.add(.location, "http://h/\r\nSet-Cookie: a=b\n\u{0}\u{7f}é")
        #expect(
            written(response)
                == "HTTP/1.1 200 OK\r\nDate: today\r\nLocation: http://h/  Set-Cookie: a=b   é\r\n"
                + "Content-Length: 0\r\n\r\n")
    }

    @Test func addedFieldsAreWrittenInTheirOrderBehindThoseOfEveryResponseAndTheFirstOfANameIsRead() {
        var response = Response(.ok, type: "a/b")
        response.add(.allow, "GET: HEAD")
        response.add(.allow, "")
        response.lastModified = HTTPDate(secondsSinceEpoch: 1_700_000_000)
        #expect(
            written(response)
                == "HTTP/1.1 200 OK\r\nDate: today\r\nContent-Type: a/b\r\n"
                + "Last-Modified: Tue, 14 Nov 2023 22:13:20 GMT\r\nAllow: GET: HEAD\r\nAllow: \r\n"
                + "Content-Length: 0\r\n\r\n")
        #expect(response[.contentType] == "a/b")
        #expect(response[.allow] == "GET: HEAD")
        #expect(response[.lastModified] == "Tue, 14 Nov 2023 22:13:20 GMT")
        #expect(response[.contentEncoding] == nil)
        #expect(response[.eTag] == nil)
        #expect(Response(.ok)[.contentType] == nil)
    }

    /// The longest of everything fits into the room that is reserved for it.
    @Test func aResponseMayHaveTheLongestOfAllItsFields() {
        let name = String(repeating: "n", count: 128)
        var response = Response(.requestHeaderFieldsTooLarge, type: "a/b")
        response.requestName = RequestName(Array(name.utf8).span)
        response.version = .max
        response.lastModified = HTTPDate(secondsSinceEpoch: 253_402_300_799)
        let all = written(response, closes: true)
        #expect(all.contains("\r\nETag: W/\"9223372036854775807\"\r\n"))
        #expect(all.contains("\r\nLast-Modified: Fri, 31 Dec 9999 23:59:59 GMT\r\n"))
        #expect(all.contains("\r\nX-Request-Id: \(name)\r\n"))
        #expect(response[.xRequestID] == name)
    }

    @Test(arguments: [(Status.noContent, "204 No Content"), (.notModified, "304 Not Modified")])
    func someStatusesHaveNoContentAndNoLength(status: Status, line: String) {
        #expect(written(Response(status, content: [0x61])) == "HTTP/1.1 \(line)\r\nDate: today\r\n\r\n")
    }

    @Test func theConnectionIsSaidToCloseOrToStayOpen() {
        #expect(written(Response(.ok), closes: true, saysKeepAlive: true).contains("\r\nConnection: close\r\n"))
        #expect(written(Response(.ok), saysKeepAlive: true).contains("\r\nConnection: keep-alive\r\n"))
        #expect(!written(Response(.ok)).contains("Connection:"))
    }

    @Test func theLengthIsThatOfTheContentAlsoWhereItIsLeftOut() {
        let response = Response.plain(.notFound, "é")
        #expect(written(response).hasSuffix("Content-Length: 3\r\n\r\né\n"))
        #expect(written(response, omitsContent: true).hasSuffix("Content-Length: 3\r\n\r\n"))
    }
}
