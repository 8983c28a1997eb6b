import Testing

@testable import HTTP

/// What an authority is: the rows `WireCase.hosts` and `WireCase.addresses`. Here: which ones are the same.
@Suite struct AuthorityTests {
    private func same(_ one: String, _ other: String, in scheme: Scheme = .http) throws -> Bool {
        let (one, other) = (Array(one.utf8), Array(other.utf8))
        guard let authority = Authority(one.span), let second = Authority(other.span) else {
            throw NoAuthority()
        }
        return authority.matches(one.span, second, other.span, in: scheme)
    }

    private struct NoAuthority: Error {}

    @Test(arguments: [
        ("h", "h"), ("LocalHost", "localhost"), ("h", "h:80"), ("h:", "h"), ("h:80", "h:080"), ("[::A]:80", "[::a]"),
        ("a%4A", "a%4a"),
    ])
    func lettersOfEitherCaseAndTheSchemesPortMakeNoDifference(one: String, other: String) throws {
        #expect(try same(one, other))
        #expect(try same(other, one))
    }

    @Test(arguments: [
        ("h", "h.example"), ("h", "i"), ("h:81", "h:82"), ("h:8080", "h"), ("h:443", "h"), ("[::1]", "[0::1]"),
        ("%68", "h"), ("h.", "h"), ("h:0", "h"),
    ])
    func whateverElseDiffersDoes(one: String, other: String) throws {
        #expect(try !same(one, other))
        #expect(try !same(other, one))
    }

    @Test func thePortThatIsLeftOutIsThatOfTheScheme() throws {
        #expect(try same("h:443", "h", in: .https))
        #expect(try !same("h:80", "h", in: .https))
    }
}
