import Access
import FHIR
import Foundation
import Testing
import Vault

@Suite struct BasicCredentialsTests {
    func field(_ plain: String, scheme: String = "Basic ") -> [UInt8] {
        Array(scheme.utf8) + Array(Data(plain.utf8).base64EncodedString().utf8)
    }

    /// Whether the field holds exactly this user and password.
    func holds(_ value: [UInt8], _ user: String, _ password: String) throws(BasicCredentials.Fault) -> Bool {
        let credentials = try BasicCredentials(authorization: value.span)
        let expected = SecretBytes(copying: Array(password.utf8).span)
        return credentials.user == LogicalID(user) && credentials.password.matches(expected)
    }

    @Test(arguments: [
        ("basic", "super-secret-value"), ("a", "b"), ("ab", "c"), ("abc", ""), ("", "abc"), ("", ""),
        ("colons", ":a:b::"), ("test", "123£"), ("ünï", "пароль🔑"), ("a b", " c "),
        ("x", String(repeating: "y", count: 999)),
    ]) func userAndPasswordAreSplitAtTheFirstColon(user: String, password: String) throws {
        #expect(try holds(field("\(user):\(password)"), user, password))
    }

    @Test(arguments: ["basic ", "BASIC ", "bAsIc    "]) func theSchemeHasAnyCaseAndOneSpaceOrMore(scheme: String) throws
    {
        #expect(try holds(field("a:b", scheme: scheme), "a", "b"))
    }

    @Test func theExampleOfTheRFCIsRead() throws {
        #expect(try holds(Array("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==".utf8), "Aladdin", "open sesame"))
    }

    @Test(arguments: [
        "", " ", "Bearer abc", "Basi YTpi", "Basics YTpi", "YTpi", "Basic\tYTpi", " Basic YTpi", "B@sic YTpi",
    ])
    func anotherSchemeIsNotSupported(value: String) {
        #expect(throws: BasicCredentials.Fault.unsupportedScheme) { try holds(Array(value.utf8), "a", "b") }
    }

    @Test(arguments: [
        "Basic", "Basic ", "Basic YTpi ", "Basic YTpi\t", "Basic YTpi YTpi", "Basic YTp", "Basic YTo", "Basic YQ==",
        "Basic YTo=x", "Basic YTpi=", "Basic YTpi====", "Basic ====", "Basic Y===", "Basic =YTpi", "Basic YT=i",
        "Basic YTpiYw=c", "Basic YTo9YTp", "Basic YTpiYx==", "Basic YTpiY2R=", "Basic YTp-", "Basic YTp_", "Basic Y,pi",
        "Basic YTpiYQ==YTpi", "Basic YT\npi", "Basic a:b", "Basic ",
    ]) func whatIsNotStrictBase64OfUserAndPasswordIsMalformed(value: String) {
        #expect(throws: BasicCredentials.Fault.malformed) { try holds(Array(value.utf8), "a", "b") }
    }

    @Test(arguments: [
        "a\0:b", "a:b\0", "a\n:b", "a:\r\n", "a:\u{7f}", "\u{1b}a:b", "a:\u{85}", "a\u{9f}:b", "no colon",
    ])
    func controlCharactersAreMalformed(plain: String) {
        #expect(throws: BasicCredentials.Fault.malformed) { try holds(field(plain), "a", "b") }
    }

    @Test(
        arguments: [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xe2, 0x82], [0xf4, 0x90, 0x80, 0x80]] as [[UInt8]])
    func whatIsNotUTF8IsMalformed(bytes: [UInt8]) {
        for plain in [Array("a:".utf8) + bytes, bytes + Array(":b".utf8)] {
            let value = Array("Basic ".utf8) + Array(Data(plain).base64EncodedString().utf8)
            #expect(throws: BasicCredentials.Fault.malformed) { try holds(value, "a", "b") }
        }
    }

    @Test func everyByteThatTextMayHaveComesThrough() throws {
        let plain = String(
            String.UnicodeScalarView((0x20...0x7e).compactMap { UnicodeScalar($0) }.filter { $0 != ":" }))
        for count in 0...plain.utf8.count {
            let password = String(plain.prefix(count))
            #expect(try holds(field("u:" + password), "u", password))
        }
    }
}
