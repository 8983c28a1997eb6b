extension WireCase {
    /// A chunk whose size is written like this, and then the end.
    private static func size(_ size: String) -> String { chunked("\(size)\r\nhello\r\n0\r\n\r\n") }

    static let chunkSizes = section(
        "RFC 9112 §7.1",
        [
            "", "x", "g", "-1", "-5", "+5", "0x5", "5h", "5.", "5,5", "5_0", "\"5\"", " 5", "\t5", "5 ", "5\t", "５",
            "\u{0}5",
        ].map {
            .refused(400, "the size \($0.debugDescription)", size($0))
        } + [
            .refused(413, "digits beyond all bounds", size("fffffffffffffffff")),
            .refused(413, "2 to the 64, and 5", size("10000000000000005")),
            .refused(413, "2 to the 63", size("8000000000000000")),
            .refused(413, "2 to the 32, and 5", size("100000005")),
            .refused(413, "a byte more than allowed", size("200001")),
            .refused(413, "a byte more than allowed, in two chunks", chunked("5\r\nhello\r\n1ffffc\r\n")),
            .refused(400, "zeros without end", size("0000000000000005")),
            .refused(400, "a bare LF behind the size", chunked("5\nhello\r\n0\r\n\r\n")),
            .refused(400, "a bare CR behind the size", chunked("5\rhello\r\n0\r\n\r\n")),
            .refused(400, "two CRs behind the size", chunked("5\r\r\nhello\r\n0\r\n\r\n")),
            .refused(400, "a bare LF behind the chunk", chunked("5\r\nhello\n0\r\n\r\n")),
            .refused(400, "a bare CR behind the chunk", chunked("5\r\nhello\r0\r\n\r\n")),
            .refused(400, "nothing behind the chunk", chunked("5\r\nhello0\r\n\r\n")),
            .refused(400, "a chunk longer than its size", chunked("5\r\nhelloX\r\n0\r\n\r\n")),
            .refused(400, "a chunk shorter than its size", chunked("6\r\nhello\r\n0\r\n\r\n")),
            .refused(400, "an empty line before the size", chunked("\r\n5\r\nhello\r\n0\r\n\r\n")),
            .refused(400, "an empty line between chunks", chunked("5\r\nhello\r\n\r\n0\r\n\r\n")),
            .refused(400, "a bare LF behind the last size", chunked("0\n\r\n")),
            .refused(400, "a bare LF at the end", chunked("0\r\n\n")),
            .refused(400, "a last chunk with something in it", chunked("0\r\nhello\r\n\r\n")),
            .refused(400, "the length of the content for a size", put("Transfer-Encoding: chunked", resource(first))),
            .served(201, name: "zeros before the size", chunked(chunk(digits: 15))),
            .served(201, name: "more than one zero in the last size", chunked(chunk().replacing0("000"))),
            .served(400, name: "nothing but the last chunk", chunked("0\r\n\r\n")),
            .served(400, name: "digits in either case", chunked("A\r\n0123456789\r\na\r\n0123456789\r\n0\r\n\r\n")),
        ])

    static let chunkExtensions = section(
        "RFC 9112 §7.1.1",
        [
            ";", ";;", ";a;", "; ", ";=b", ";a=", ";a= ", ";a==b", ";a=b=c", ";a b", ";a=b c", ";a=\"b", ";a=\"b\"c",
            ";a=\"b\\\"",
            ";a=b\"", ";\"a\"=b", ";a=\u{1}", ";a=\"\u{1}\"", ";a=\"\u{0}\"", ";\u{0}", ";é", ",a", " a", "=a", ";a ",
            ";a=b\t",
            ";a\rb", ";a=\"\rb\"", ";a=\"\r\n\"", "\n;a", ";a\nX", ";a=\"\n0\r\n\r\n\"", ";a=(b)", ";a,b",
        ].map { .refused(400, "the extension \($0.debugDescription)", chunked(chunk($0))) }
            + [
                .refused(
                    400, "an extension longer than allowed",
                    chunked(chunk(";\(String(repeating: "a", count: 1_024))"))),
                .served(
                    201, name: "an extension as long as allowed",
                    chunked(chunk(";\(String(repeating: "a", count: 1_023))"))),
            ]
            + [
                ";a", ";a=b", ";a=\"b\"", ";a=\"\"", ";a=\"b;c=d,\te\"", ";a=\"\\\"\\\\é\"", ";a;b=c;d=\"e\"", " ;a",
                "\t; a = b ; c",
                ";a=0\t;\tb",
            ].map { .served(201, name: "the extension \($0.debugDescription)", chunked(chunk($0))) })

    static let trailers = section(
        "RFC 9112 §7.1.2",
        [
            "X\r\n", ": y\r\n", "X : y\r\n", " X: y\r\n", "X: y\r\n z\r\n", "X: a\u{0}\r\n", "X: a\rb\r\n", "X: y\n",
            "X Y: z\r\n", "\n",
            "X: y\r\r\n", "Xé: y\r\n",
        ].map { .refused(400, "the trailer \($0.debugDescription)", chunked(chunk(trailer: $0))) }
            + [
                .refused(
                    431, "more trailer fields than allowed",
                    chunked(chunk(trailer: String(repeating: "X: y\r\n", count: 101)))),
                .refused(
                    431, "more bytes of trailer than allowed",
                    chunked(chunk(trailer: "X: \(String(repeating: "a", count: 32_768))\r\n"))),
            ]
            + [
                "X: y\r\n", "X:\r\nX:\r\n", "Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n", "Host: evil\r\n",
                "Authorization: Basic nonsense\r\n", "Content-Type: text/plain\r\n", "Connection: close\r\n",
                "Expect: x\r\n",
                "If-Match: W/\"9\"\r\n",
            ].map { .served(201, name: "the trailer \($0.debugDescription), ignored", chunked(chunk(trailer: $0))) })
}

extension String {
    /// With the last chunk's size written like this.
    fileprivate func replacing0(_ size: String) -> String {
        let end = "0\r\n\r\n"
        return hasSuffix(end) ? "\(dropLast(end.count))\(size)\r\n\r\n" : self
    }
}
