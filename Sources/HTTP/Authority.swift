/// The host and the port that a request is for: `uri-host [ ":" port ]` (RFC 9110 §7.2, RFC 3986 §3.2.2), as the Host
/// field and an absolute-form target name them. Stricter than the grammar in four points: no comma, which is what two
/// Host fields look like that somebody joined; no address of a version of IP that does not exist (IPvFuture); a port
/// is at most 65535, in at most five digits; and user information, which RFC 9110 §4.2.4 wants taken for an error, is
/// one.
struct Authority {
    /// How many bytes the host takes, brackets of an IPv6 address included; at least 1.
    private let hostCount: Int
    /// Nothing where it is left out or empty.
    private let port: UInt16?

    /// Fails on what is none.
    init?(_ bytes: Span<UInt8>) {
        var end = bytes.prefixCount(Alphabet.registeredName)
        if end < bytes.count, bytes[end] != .colon {
            guard let rare = Self.endOfRareHost(bytes) else { return nil }
            end = rare
        }
        guard end > 0 else { return nil }
        hostCount = end
        guard end < bytes.count else {
            port = nil
            return
        }
        guard bytes[end] == .colon else { return nil }
        guard end + 1 < bytes.count else {
            port = nil
            return
        }
        guard let number = Self.number(bytes, (end + 1)..<bytes.count, atMost: Int(UInt16.max)) else { return nil }
        port = UInt16(number)
    }

    var namesPort: Bool { port != nil }

    /// Whether both lead to the same place (RFC 9110 §4.2.3): letters of either case are alike, and a port that is left
    /// out is the scheme's. `bytes` and `others` are what this and `other` were made of.
    func matches(_ bytes: Span<UInt8>, _ other: Authority, _ others: Span<UInt8>, in scheme: Scheme) -> Bool {
        guard hostCount == other.hostCount, port ?? scheme.port == other.port ?? scheme.port else { return false }
        for index in 0..<hostCount where bytes[index].asciiLowercase != others[index].asciiLowercase { return false }
        return true
    }

    /// A decimal number of one to five digits.
    @inline(__always)
    private static func number(_ bytes: Span<UInt8>, _ digits: Range<Int>, atMost limit: Int) -> Int? {
        guard digits.count <= 5, !digits.isEmpty else { return nil }
        var sum = 0
        for index in digits {
            let digit = bytes[index] &- 0x30
            guard digit < 10 else { return nil }
            sum = sum &* 10 &+ Int(digit)
        }
        return sum <= limit ? sum : nil
    }

    /// Where a host ends that is an IPv6 address, or a name with something percent-encoded in it.
    private static func endOfRareHost(_ bytes: Span<UInt8>) -> Int? {
        if bytes[0] == 0x5b {
            guard let end = bytes.firstIndex(of: 0x5d), isIPv6(bytes.extracting(1..<end)) else { return nil }
            return end + 1
        }
        var index = 0
        while index < bytes.count, bytes[index] != .colon {
            if bytes[index] == .percent {
                guard index + 2 < bytes.count, bytes[index + 1].hexadecimal != nil, bytes[index + 2].hexadecimal != nil
                else { return nil }
                index += 2
            } else if !Alphabet.registeredName[Int(bytes[index])] {
                return nil
            }
            index += 1
        }
        return index
    }

    /// `IPv6address` of RFC 3986 §3.2.2: eight groups, or fewer and one `::`; the last two may be an IPv4 address.
    private static func isIPv6(_ text: Span<UInt8>) -> Bool {
        guard text.count >= 2, text[0] != .colon || text[1] == .colon else { return false }
        var hasGap = text[0] == .colon
        var groups = 0
        var index = hasGap ? 2 : 0
        while index < text.count {
            let start = index
            while index < text.count, text[index].hexadecimal != nil { index += 1 }
            if index < text.count, text[index] == 0x2e {
                guard isIPv4(text.extracting(start...)) else { return false }
                groups += 2
                break
            }
            guard (1...4).contains(index - start) else { return false }
            groups += 1
            guard index < text.count else { break }
            guard text[index] == .colon, index + 1 < text.count else { return false }
            index += 1
            guard text[index] == .colon else { continue }
            guard !hasGap else { return false }
            hasGap = true
            index += 1
        }
        return hasGap ? groups < 8 : groups == 8
    }

    /// Four decimal octets without leading zeros.
    private static func isIPv4(_ text: Span<UInt8>) -> Bool {
        var octets = 0
        var start = 0
        while start <= text.count {
            let end = text.firstIndex(of: 0x2e, from: start) ?? text.count
            guard number(text, start..<end, atMost: 255) != nil, end - start == 1 || text[start] != 0x30
            else { return false }
            octets += 1
            start = end + 1
        }
        return octets == 4
    }
}
