extension WireCase {
    private static func get(hosts: String, version: String = "1.1") -> String {
        "GET /livez HTTP/\(version)\r\n\(hosts)\r\n"
    }

    static let hosts = section(
        "RFC 9112 §3.2, Host",
        [
            .refused(400, "none", get(hosts: "")),
            .refused(400, "none, but another field", get(hosts: "X-Host: h\r\n")),
            .refused(400, "empty", get(hosts: "Host:\r\n")),
            .refused(400, "blank", get(hosts: "Host: \t \r\n")),
            .refused(400, "empty in HTTP/1.0", get(hosts: "Host:\r\n", version: "1.0")),
            .refused(400, "two", get(hosts: "Host: a\r\nHost: b\r\n")),
            .refused(400, "two that are one", get(hosts: "Host: h\r\nHost: h\r\n")),
            .refused(400, "two with others between them", get(hosts: "Host: h\r\nX: y\r\nhOsT: h\r\n")),
            .refused(400, "two in HTTP/1.0", get(hosts: "Host: h\r\nHost: h\r\n", version: "1.0")),
            .refused(400, "two, the first one empty", get(hosts: "Host:\r\nHost: h\r\n")),
            .refused(400, "two in one line", get(hosts: "Host: a, b\r\n")),
            .refused(400, "two in one line that are one", get(hosts: "Host: h,h\r\n")),
            .refused(400, "a space in it", get(hosts: "Host: a b\r\n")),
            .refused(400, "a tab in it", get(hosts: "Host: a\tb\r\n")),
            .refused(400, "a space before the colon", get(hosts: "Host : h\r\n")),
            .refused(400, "a tab before the colon", get(hosts: "Host\t: h\r\n")),
            .refused(400, "a folded line", get(hosts: "Host: h\r\n .example\r\n")),
            .refused(400, "a folded line behind nothing", get(hosts: "Host:\r\n h\r\n")),
            .refused(400, "a second one that is folded", get(hosts: "Host: a\r\n Host: b\r\n")),
            .refused(400, "a URL", get(hosts: "Host: http://h\r\n")),
            .refused(400, "a path", get(hosts: "Host: h/livez\r\n")),
            .refused(400, "a query", get(hosts: "Host: h?a\r\n")),
            .refused(400, "a fragment", get(hosts: "Host: h#a\r\n")),
            .refused(400, "a user", get(hosts: "Host: u@h\r\n")),
            .refused(400, "a user and a password", get(hosts: "Host: u:80@h\r\n")),
            .refused(400, "a port alone", get(hosts: "Host: :80\r\n")),
            .refused(400, "two ports", get(hosts: "Host: h:80:80\r\n")),
            .refused(400, "a port that is none", get(hosts: "Host: h:8x\r\n")),
            .refused(400, "a negative port", get(hosts: "Host: h:-1\r\n")),
            .refused(400, "a signed port", get(hosts: "Host: h:+80\r\n")),
            .refused(400, "a port too large", get(hosts: "Host: h:65536\r\n")),
            .refused(400, "a port that wraps around", get(hosts: "Host: h:4294967376\r\n")),
            .refused(400, "a port of six digits", get(hosts: "Host: h:000080\r\n")),
            .refused(400, "a space before the port", get(hosts: "Host: h: 80\r\n")),
            .refused(400, "a backslash", get(hosts: "Host: h\\x\r\n")),
            .refused(400, "a quotation mark", get(hosts: "Host: \"h\"\r\n")),
            .refused(400, "a letter that is not ASCII", get(hosts: "Host: hé\r\n")),
            .refused(400, "a NUL", get(hosts: "Host: h\u{0}\r\n")),
            .refused(400, "a per cent sign before no digits", get(hosts: "Host: h%zz\r\n")),
            .refused(400, "a per cent sign before one digit", get(hosts: "Host: h%4\r\n")),
            .refused(400, "an empty one for the asterisk", line("OPTIONS * HTTP/1.1", host: "")),
            .refused(400, "HEAD without one", "HEAD /livez HTTP/1.1\r\n\r\n", isHead: true),
            .served(200, name: "in capitals", get(hosts: "HOST:H\r\n")),
            .served(200, name: "behind other fields", get(hosts: "X: y\r\nhost: h\r\n")),
            .served(200, name: "an empty port", get(hosts: "Host: h:\r\n")),
            .served(200, name: "the largest port", get(hosts: "Host: h:65535\r\n")),
            .served(200, name: "all that a name may hold", get(hosts: "Host: a-._~!$&'()*+;=%41Z9\r\n")),
            .served(200, name: "a point at the end", get(hosts: "Host: h.\r\n")),
            .served(200, name: "blanks around it", get(hosts: "Host: \t h \t\r\n")),
        ])

    static let addresses = section(
        "RFC 3986 §3.2.2",
        [
            "[::1", "::1", "[::1]x", "[::1]80", "[::1]:8x", "[]", "[:]", "[h]", "[1.2.3.4]", "[:::1]",
            "[1:2:3:4:5:6:7:8:9]",
            "[1:2:3:4:5:6:7]", "[::12345]", "[1::2::3]", "[::1%25eth0]", "[::1%eth0]", "[v1.a]", "[::256.1.1.1]",
            "[::1.2.3]", "[::01.2.3.4]", "[1:2:3:4:5:6:7:1.2.3.4]", "[1:]", "[:1]", "[::1]]", "[[::1]]", "h]", "x[::1]",
            "[1:2:3:4::5:6:7:8]", "[::g]",
        ].map { .refused(400, "the Host \($0)", get(hosts: "Host: \($0)\r\n")) }
            + [
                "[::]", "[::1]", "[::1]:80", "[::1]:", "[1:2:3:4:5:6:7:8]", "[1::]", "[1:2:3:4:5:6:7::]",
                "[::ffff:1.2.3.4]:1",
                "[FE80::abcd]", "[1:2:3:4:5:6:1.2.3.4]", "127.0.0.1", "127.0.0.1:8080", "1.2.3.4.5",
            ].map { .served(200, name: "the Host \($0)", get(hosts: "Host: \($0)\r\n")) })
}
