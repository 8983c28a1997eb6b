extension WireCase {
    /// The resource, framed by a length that is written like this.
    private static func length(_ value: String) -> String { put("Content-Length: \(value)", resource(first)) }

    private static let count = resource(first).utf8.count

    static let lengths =
        section(
            "RFC 9110 §8.6",
            [
                .refused(400, "signed", length("+\(count)")),
                .refused(400, "negative", length("-1")),
                .refused(400, "negative zero", length("-0")),
                .refused(400, "hexadecimal", length("0x2b")),
                .refused(400, "hexadecimal digits", length("2b")),
                .refused(400, "a fraction", length("\(count).0")),
                .refused(400, "an exponent", length("4e1")),
                .refused(400, "digits with an underscore", length("4_3")),
                .refused(400, "two numbers", length("\(count) \(count)")),
                .refused(400, "a number and a word", length("\(count) bytes")),
                .refused(400, "a number and a semicolon", length("\(count);")),
                .refused(400, "in quotes", length("\"\(count)\"")),
                .refused(400, "nothing", length("")),
                .refused(400, "blanks", length(" \t ")),
                .refused(400, "a word", length("many")),
                .refused(400, "digits that are not ASCII", length("٤٣")),
                .refused(400, "a list of one value twice", length("\(count), \(count)")),
                .refused(400, "a list without blanks", length("\(count),\(count)")),
                .refused(400, "a list of two values", length("0, \(count)")),
                .refused(400, "a list that ends with a comma", length("\(count),")),
                .refused(400, "two lines of one value", length("\(count)\r\nContent-Length: \(count)")),
                .refused(400, "two lines of two values", length("0\r\nContent-Length: \(count)")),
                .refused(400, "two lines of two values, turned", length("\(count)\r\ncontent-length: 0")),
                .refused(400, "digits beyond all bounds and a letter", length("99999999999999999999999x")),
                .refused(413, "digits beyond all bounds", length("99999999999999999999999")),
                .refused(413, "2 to the 63", length("9223372036854775808")),
                .refused(413, "2 to the 64, and some", length("18446744073709551\(616 + count)")),
                .refused(413, "2 to the 32, and some", length("4294967\(296 + count)")),
                .refused(413, "a byte more than allowed", length("2097153")),
                .served(201, name: "the number", length("\(count)")),
                .served(201, name: "zeros before it", length("000\(count)")),
                .served(201, name: "blanks around it", length("\t\(count) ")),
                .served(400, name: "zero", put("Content-Length: 0", "")),
                .served(400, name: "none", put("X: y", "")),
            ])

    /// A request whose content, by its length, hides another request from who believes the chunks, and the other way.
    private static let (byLength, byChunks) = (put(storing: smuggled), "0\r\n\r\n\(put(storing: smuggled))")

    static let codings =
        section(
            "RFC 9112 §6.1",
            [
                .refused(501, "gzip before chunked", put("Transfer-Encoding: gzip, chunked", chunk())),
                .refused(501, "identity before chunked", put("Transfer-Encoding: identity, chunked", chunk())),
                .refused(501, "something before chunked", put("Transfer-Encoding: x , CHUNKED", chunk())),
                .refused(400, "chunked twice", put("Transfer-Encoding: chunked, chunked", chunk())),
                .refused(
                    400, "chunked in two lines",
                    put("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", chunk())),
                .refused(
                    400, "chunked, and something else in another line",
                    put("Transfer-Encoding: chunked\r\nTransfer-Encoding: cow", chunk())),
                .refused(
                    400, "something, and chunked in another line",
                    put("Transfer-Encoding: cow\r\ntransfer-encoding: chunked", chunk())),
                .refused(
                    400, "a length too",
                    put("Content-Length: \(byChunks.utf8.count)\r\nTransfer-Encoding: chunked", byChunks)),
                .refused(
                    400, "a length too, behind it", put("Transfer-Encoding: chunked\r\nContent-Length: 5", byChunks)),
                .refused(400, "a length of zero too", put("Transfer-Encoding: chunked\r\nContent-Length: 0", byLength)),
                .refused(
                    400, "a length that is none too", put("Transfer-Encoding: chunked\r\nContent-Length: x", byLength)),
                .refused(
                    400, "in HTTP/1.0",
                    "PUT /livez HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n\(byChunks)"),
                .refused(
                    400, "in HTTP/1.0 that stays",
                    "GET /livez HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n\(byChunks)"),
                .refused(
                    400, "in HTTP/1.0 with a length",
                    "GET /livez HTTP/1.0\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n\(byChunks)"),
                .served(201, name: "chunked", put("Transfer-Encoding: chunked", chunk())),
                .served(201, name: "chunked in capitals", put("TRANSFER-ENCODING: CHUNKED", chunk())),
                .served(201, name: "chunked behind a tab", put("Transfer-Encoding:\tchunked\t", chunk())),
                .served(
                    201, name: "chunked, and TE",
                    put("TE: trailers, deflate;q=0.5\r\nTransfer-Encoding: chunked", chunk())),
            ])
        + section(
            "RFC 9112 §6.3",
            [
                "", "gzip", "identity", "chunked, gzip", "chunked, identity", "chunked, x, chunked", "xchunked",
                "chunkedx",
                "x-chunked", "chunked;q=1", "chunked; a=b", ", chunked", "chunked,", "chunked,,", ",", "\"chunked\"",
                "'chunked'", "chun ked", "chunked chunked", "gzip chunked", "gzip;chunked", "chunked\u{b}",
                "chunked\u{0}",
                "\u{b}chunked", "chunké", "[chunked]", "chunked:", ": chunked", "gzip, chunked;q=1",
                "gzip, \"chunked\"",
            ].map {
                .refused(400, "the coding \($0.debugDescription)", put("Transfer-Encoding: \($0)", byChunks))
            })
}
