import Testing

@testable import Vault

@Suite struct ValueExaminationTests {
    private func oddities(_ bytes: [UInt8]) throws -> [ValueOddity] {
        let folder = try TemporaryFolder()
        return try ValueOddity.all(in: FilePath(try folder.write(bytes, to: "file")), PosixFiles())
    }

    @Test(arguments: ["value", "value\n", "a b", "grün ✓", "e\u{301}", "\u{200b}x"])
    func aValueThatSomebodyMeansHasNone(text: String) throws {
        #expect(try oddities(Array(text.utf8)) == [])
    }

    @Test(arguments: [
        ("\u{feff}value", [ValueOddity.byteOrderMark]), ("val\nue", [.lineBreak]), ("value\n\n", [.lineBreak]),
        ("val\r\nue\r\n", [.carriageReturn]), ("value\r\n\r\n", [.carriageReturn]), ("value\r", [.carriageReturn]),
        ("value\r\n", [.windowsEnding]), ("a\nb\r\nc", [.carriageReturn]), ("a\tb", [.controlCharacter]),
        ("a\u{7f}", [.controlCharacter]),
        ("a\u{85}b", [.controlCharacter]), (" value", [.outerWhiteSpace]), ("value \n", [.outerWhiteSpace]),
        ("value\u{a0}", [.outerWhiteSpace]), ("\u{3000}value", [.outerWhiteSpace]), ("value\t", [.controlCharacter]),
        ("\u{feff}a\u{1}\nb ", [.byteOrderMark, .lineBreak, .controlCharacter, .outerWhiteSpace]),
    ]) func whatHardlyAnybodyMeansIsNamed(text: String, expected: [ValueOddity]) throws {
        #expect(try oddities(Array(text.utf8)) == expected)
    }

    @Test(arguments: [
        [0xff, 0xfe, 0x61], [0x61, 0xc3], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0x01, 0xff, 0x0a, 0x20],
    ])
    func whatIsNoTextIsThatAlone(bytes: [UInt8]) throws {
        #expect(try oddities(bytes) == [.notUTF8])
    }
}
