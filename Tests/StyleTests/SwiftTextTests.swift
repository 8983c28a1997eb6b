import Testing

@Suite struct SwiftTextTests {
    /// A dot is a blank.
    @Test(arguments: [
        // text, its code, its comments
        ("let a = 1 // b", "let a = 1", "..........// b"),
        ("a /* b /* c */ d */ e", "a...................e", "../* b /* c */ d */"),
        (#"f("try! // x") + g"#, #"f(".........") + g"#, ""),
        (#"f("a\"try!") + g"#, #"f(".......") + g"#, ""),
        (##"f(#"a" try! \n"#) + g"##, ##"f(#".........."#) + g"##, ""),
        (#"f("a \(b("c")) d")"#, #"f("...(b("."))..")"#, ""),
        (##"f(#"\(a) \#(b)"#)"##, ##"f(#".......(b)"#)"##, ""),
    ])
    func aLineIsSplitIntoCodeAndComments(text: String, code: String, comments: String) {
        let split = SwiftText(text)
        #expect(split.raw == [text])
        #expect(split.code == [view(code, of: text)])
        #expect(split.comments == [view(comments, of: text)])
    }

    /// As long as the text, as a view is.
    private func view(_ short: String, of text: String) -> String {
        let blanks = String(repeating: " ", count: text.count - short.count)
        return short.replacing(".", with: " ") + blanks
    }

    @Test func aLiteralOfManyLinesIsBlankAndTheLinesStayInPlace() {
        let quotes = "\"\"\""
        let split = SwiftText("let a = \(quotes)\n  \"try!\" // no comment\n  \(quotes)\nlet b = 2 // one\n")
        #expect(split.code[1].allSatisfy { $0 == " " })
        #expect(split.code[3].hasPrefix("let b = 2"))
        #expect(split.comments[1].allSatisfy { $0 == " " })
        #expect(split.comments[3].hasSuffix("// one"))
        #expect(split.raw.count == 4)
    }
}
