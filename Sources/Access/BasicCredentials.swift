package import FHIR
package import Vault

/// A user and a password from an Authorization field (RFC 7617), the password in memory that is overwritten when these
/// credentials end. The field itself, which holds both, is its owner's to overwrite.
package struct BasicCredentials: ~Copyable {
    /// Nothing where no client can have such an id: a password that was typed into the wrong field, perhaps, so that no
    /// text is made of it, which could not be overwritten.
    package let user: LogicalID?
    package let password: SecretBytes

    package enum Fault: Error, Equatable {
        /// Another scheme, such as Bearer.
        case unsupportedScheme
        /// Not base64, not UTF-8, without a colon, or with control characters (RFC 7617 §2).
        case malformed
    }

    /// Reads `Basic` in any case, one or more spaces, and base64 of `user:password` in UTF-8. The first colon ends
    /// the user; either part may be empty.
    package init(authorization value: Span<UInt8>) throws(Fault) {
        var start = 0
        while start < value.count, value[start] != UInt8(ascii: " ") { start += 1 }
        guard value.extracting(0..<start).isBasic else { throw .unsupportedScheme }
        while start < value.count, value[start] == UInt8(ascii: " ") { start += 1 }
        guard start < value.count else { throw .malformed }
        var decoded = try Base64.decode(value.extracting(start..<value.count))
        let (user, colon) = try decoded.withBytes { bytes throws(Fault) in
            guard bytes.isPlainText, let colon = bytes.firstColon else { throw .malformed }
            return (LogicalID(bytes.extracting(..<colon)), colon)
        }
        self.user = user
        decoded.removeFirst(colon + 1)
        password = decoded
    }
}

extension Span<UInt8> {
    fileprivate var isBasic: Bool {
        let basic: [5 of UInt8] = [
            UInt8(ascii: "b"), UInt8(ascii: "a"), UInt8(ascii: "s"), UInt8(ascii: "i"), UInt8(ascii: "c"),
        ]
        guard count == 5 else { return false }
        for index in indices where self[index] | 0x20 != basic[index] { return false }
        return true
    }

    fileprivate var firstColon: Int? {
        for index in indices where self[index] == UInt8(ascii: ":") { return index }
        return nil
    }

    /// UTF-8 without control characters, those of U+0080 to U+009F included: C2 80 to C2 9F in UTF-8.
    fileprivate var isPlainText: Bool {
        var isASCII = true
        var previous: UInt8 = 0
        for index in indices {
            let byte = self[index]
            if byte < 0x20 || byte == 0x7f || (previous == 0xc2 && byte < 0xa0) { return false }
            if byte >= 0x80 { isASCII = false }
            previous = byte
        }
        return isASCII || (try? UTF8Span(validating: self)) != nil
    }
}
