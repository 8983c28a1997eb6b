import HTTP
import Testing
import Transport

/// Absolute-form targets where connections are secured; where they are not: the rows `WireCase.absoluteTargets`.
@Suite struct SchemeTests {
    private func outcome(_ target: String, host: String) -> String {
        var decoder = RequestDecoder(limits: Limits(), scheme: .https)
        let text = "GET \(target) HTTP/1.1\r\nHost: \(host)\r\n\r\n"
        decoder.buffer.append(Array(text.utf8).span)
        do throws(HTTPError) {
            return try decoder.head()?.target.path ?? "nothing"
        } catch {
            return "\(error.status.code)"
        }
    }

    @Test func aTargetOfTheOtherSchemeCameToTheWrongPlace() {
        #expect(outcome("https://h/a", host: "h") == "/a")
        #expect(outcome("HTTPS://h:443/a", host: "h") == "/a")
        #expect(outcome("https://h/a", host: "h:80") == "400")
        #expect(outcome("http://h/a", host: "h") == "421")
        #expect(outcome("/a", host: "h") == "/a")
    }
}
