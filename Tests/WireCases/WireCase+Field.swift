extension WireCase {
    static let fieldNames = section(
        "RFC 9112 §5.1",
        [
            .refused(400, "a space before the colon", get(fields: "X : y")),
            .refused(400, "a tab before the colon", get(fields: "X\t: y")),
            .refused(400, "a space before the length's colon", put("Content-Length : 4", "null")),
            .refused(400, "a space before the coding's colon", put("Transfer-Encoding : chunked", chunk())),
            .refused(400, "no name", get(fields: ": y")),
            .refused(400, "nothing but a colon", get(fields: ":")),
            .refused(400, "no colon", get(fields: "nonsense")),
            .refused(400, "an equals sign for a colon", get(fields: "X=y")),
            .refused(400, "two words", get(fields: "X Y: z")),
            .refused(400, "a bracket in the name", get(fields: "X(Y: z")),
            .refused(400, "a slash in the name", get(fields: "X/Y: z")),
            .refused(400, "an at sign in the name", get(fields: "X@Y: z")),
            .refused(400, "a name in quotes", get(fields: "\"X\": y")),
            .refused(400, "a NUL in the name", get(fields: "X\u{0}: y")),
            .refused(400, "a control character in the name", get(fields: "X\u{1}: y")),
            .refused(400, "a letter that is not ASCII in the name", get(fields: "Xé: y")),
            .refused(400, "a no-break space before the name", get(fields: "\u{a0}X: y")),
            .served(200, name: "a name of all that it may hold", get(fields: "!#$%&'*+-.^_`|~09azAZ: y")),
            .served(200, name: "a name that looks like the length", get(fields: "Content_Length: 5")),
            .served(200, name: "a name that looks like the coding", get(fields: "Transfer_Encoding: chunked")),
            .served(200, name: "a field named as the closing option", get(fields: "Close: close")),
        ])

    static let fieldValues = section(
        "RFC 9110 §5.5",
        [
            .refused(400, "a NUL", get(fields: "X: a\u{0}b")),
            .refused(400, "a carriage return", get(fields: "X: a\rb")),
            .refused(400, "a carriage return at the end", get(fields: "X: a\r")),
            .refused(400, "a control character", get(fields: "X: a\u{1}b")),
            .refused(400, "a backspace", get(fields: "X: a\u{8}b")),
            .refused(400, "a vertical tab", get(fields: "X: a\u{b}b")),
            .refused(400, "a form feed", get(fields: "X: a\u{c}b")),
            .refused(400, "an escape character", get(fields: "X: \u{1b}[2J")),
            .refused(400, "a delete character", get(fields: "X: a\u{7f}b")),
            .refused(
                431, "more field lines than allowed", get(fields: String(repeating: "X: y\r\n", count: 99) + "X: y")),
            .refused(431, "more bytes than allowed", get(fields: "X: \(String(repeating: "a", count: 32_768))")),
            .served(
                200, name: "as many field lines as allowed",
                get(fields: String(repeating: "X: y\r\n", count: 98) + "X: y")),
            .served(200, name: "nothing", get(fields: "X:")),
            .served(200, name: "blanks around it", get(fields: "X: \t y \t ")),
            .served(200, name: "colons", get(fields: "X::y:z")),
            .served(200, name: "bytes that are not ASCII", get(fields: "X: é\u{80}")),
            .served(200, name: "a tab", get(fields: "X: a\tb")),
        ])

    static let lineEnds =
        section(
            "RFC 9112 §2.2",
            [
                .refused(400, "a bare LF behind the request line", "GET /livez HTTP/1.1\nHost: h\r\n\r\n"),
                .refused(400, "a bare LF behind a field", "GET /livez HTTP/1.1\r\nHost: h\nX: y\r\n\r\n"),
                .refused(400, "a bare LF behind the last field", "GET /livez HTTP/1.1\r\nHost: h\n\r\n"),
                .refused(400, "a bare LF for the empty line", "GET /livez HTTP/1.1\r\nHost: h\r\n\n"),
                .refused(400, "bare LFs", "GET /livez HTTP/1.1\nHost: h\n\n"),
                .refused(400, "a bare LF first", "\n\(get("/livez"))"),
                .refused(400, "LF CR", "GET /livez HTTP/1.1\n\rHost: h\n\r\n\r"),
                .refused(400, "a bare CR behind the request line", "GET /livez HTTP/1.1\rHost: h\r\n\r\n"),
                .refused(400, "a bare CR behind a field", "GET /livez HTTP/1.1\r\nHost: h\rX: y\r\n\r\n"),
                .refused(400, "bare CRs", "GET /livez HTTP/1.1\rHost: h\r\r\r\n\r\n"),
                .refused(400, "two CRs and one LF", "GET /livez HTTP/1.1\r\r\nHost: h\r\n\r\n"),
                .refused(400, "two CRs and one LF at the end", "GET /livez HTTP/1.1\r\nHost: h\r\n\r\r\n"),
                .refused(400, "a bare CR first", "\r\(get("/livez"))"),
                .refused(400, "two empty lines first", "\r\n\r\n\(get("/livez"))"),
                .refused(400, "a blank line first", " \r\n\(get("/livez"))"),
                .refused(400, "a bare CR that hides a field", get(fields: "X: y\rTransfer-Encoding: chunked")),
                .refused(400, "a space before the first field", "GET /livez HTTP/1.1\r\n Host: h\r\n\r\n"),
                .refused(400, "a tab before the first field", "GET /livez HTTP/1.1\r\n\tX: y\r\nHost: h\r\n\r\n"),
                .refused(400, "a blank line before the first field", "GET /livez HTTP/1.1\r\n \r\nHost: h\r\n\r\n"),
                .served(200, name: "an empty line first", "\r\n\(get("/livez"))"),
                .served(200, 200, name: "an empty line between two", "\(get("/livez"))\r\n\(get("/livez"))"),
            ])
        + section(
            "RFC 9112 §5.2",
            [
                .refused(400, "a folded line", get(fields: "X: y\r\n z")),
                .refused(400, "a line folded with a tab", get(fields: "X: y\r\n\tz")),
                .refused(400, "a line folded to nothing", get(fields: "X: y\r\n ")),
                .refused(400, "a blank line that ends nothing", get(fields: "X: y\r\n \r\nZ: z")),
                .refused(400, "a folded length", put("Content-Length:\r\n 4", "null")),
                .refused(400, "a folded coding", put("Transfer-Encoding:\r\n chunked", chunk())),
                .refused(400, "a coding folded in the middle", put("Transfer-Encoding: chunked\r\n , x", chunk())),
                .refused(400, "a length in a folded line", put("X: y\r\n Content-Length: 4", "null")),
            ])
}
