import Glibc

/// Names and addresses of the machine itself: `localhost`, a name below `.localhost`, an address of 127.0.0.0/8, also
/// as an IPv4-mapped one, and `::1`.
///
/// Nobody can own a name under `localhost`, and resolvers answer it without asking the DNS (RFC 6761 §6.3), so no
/// other site can have it answered with an address of its choice. What merely *resolves* to loopback is not loopback
/// here.
package enum LoopbackName {
    /// Whether this is the address of the machine itself, as text without brackets and port.
    package static func isAddress(_ text: String) -> Bool {
        // A C string ends at its first NUL, so what follows one would go unseen.
        if text.utf8.contains(0) { return false }
        // inet_pton takes four decimal octets and nothing shorter, unlike inet_aton, for which 127.1 is an address.
        var v4 = in_addr()
        if unsafe inet_pton(AF_INET, text, &v4) == 1 {
            return UInt32(bigEndian: v4.s_addr) >> 24 == 127
        }
        var v6 = [UInt8](repeating: 0, count: 16)
        guard unsafe inet_pton(AF_INET6, text, &v6) == 1 else { return false }
        if v6[..<15].allSatisfy({ $0 == 0 }) { return v6[15] == 1 }
        return v6[..<10].allSatisfy { $0 == 0 } && v6[10] == 0xff && v6[11] == 0xff && v6[12] == 127
    }

    /// Whether this is a name or an address of the machine itself. Letters of either case; no dot at the end.
    package static func includes(_ name: String) -> Bool {
        // Lower case makes ASCII letters of some that are none, such as the Kelvin sign.
        guard name.utf8.allSatisfy({ $0 < 0x80 }) else { return false }
        let name = name.lowercased()
        return name == "localhost" || isName(below: ".localhost", name) || isAddress(name)
    }

    /// Labels of letters, digits and hyphens, then the suffix.
    private static func isName(below suffix: String, _ name: String) -> Bool {
        guard name.hasSuffix(suffix) else { return false }
        let labels = name.dropLast(suffix.utf8.count).split(separator: ".", omittingEmptySubsequences: false)
        return labels.allSatisfy { label in
            !label.isEmpty
                && label.utf8.allSatisfy { byte in
                    switch byte {
                    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                        UInt8(ascii: "-"):
                        true
                    default: false
                    }
                }
        }
    }
}
