import Access
import FHIR
import Vault

extension Invariant {
    /// Basic credentials (RFC 7617): read as a plain second reader reads them, or refused for the same reason; once
    /// with the input as the field, once as what base64 hides.
    static let basic = Invariant("basic") { input throws(Broken) in
        try agreement(on: input)
        try agreement(on: Array("Basic ".utf8) + PlainBase64.encode(input))
    }

    private static func agreement(on field: [UInt8]) throws(Broken) {
        let expected = plainly(field)
        let credentials: BasicCredentials
        do throws(BasicCredentials.Fault) {
            credentials = try BasicCredentials(authorization: field.span)
        } catch {
            guard case .failure(error) = expected else { throw Broken("\(field.shown) is refused: \(error)") }
            return
        }
        guard case .success(let plain) = expected else { throw Broken("\(field.shown) is accepted") }
        try require(credentials.user == LogicalID(plain.user), "the user is not \(plain.user)")
        let password = SecretBytes(copying: Array(plain.password.utf8).span)
        try require(credentials.password.matches(password), "the password is not \(plain.password)")
    }

    private static func plainly(_ field: [UInt8]) -> Result<(user: String, password: String), BasicCredentials.Fault> {
        let scheme = field.prefix { $0 != UInt8(ascii: " ") }
        guard String(decoding: scheme, as: UTF8.self).lowercased() == "basic" else {
            return .failure(.unsupportedScheme)
        }
        let text = Array(field.dropFirst(scheme.count).drop { $0 == UInt8(ascii: " ") })
        guard let bytes = PlainBase64.decode(text), let plain = String(validating: bytes, as: UTF8.self),
            plain.isOneLine, let colon = plain.unicodeScalars.firstIndex(of: ":")
        else { return .failure(.malformed) }
        let scalars = plain.unicodeScalars
        return .success((String(scalars[..<colon]), String(scalars[scalars.index(after: colon)...])))
    }
}

/// Base64 (RFC 4648 §4) as a plain second reader has it: bit by bit, and what does not encode to itself is none.
enum PlainBase64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func encode(_ bytes: [UInt8]) -> [UInt8] {
        let bits = bytes.flatMap { byte in (0..<8).map { byte >> (7 - $0) & 1 } }
        var text = stride(from: 0, to: bits.count, by: 6).map { start in
            alphabet[(0..<6).reduce(0) { $0 << 1 | (start + $1 < bits.count ? Int(bits[start + $1]) : 0) }]
        }
        while text.count % 4 > 0 { text.append(UInt8(ascii: "=")) }
        return text
    }

    /// Nothing for the empty text, which is no credentials.
    static func decode(_ text: [UInt8]) -> [UInt8]? {
        let bits = text.prefix { $0 != UInt8(ascii: "=") }.flatMap { letter -> [Int] in
            guard let value = alphabet.firstIndex(of: letter) else { return [] }
            return (0..<6).map { value >> (5 - $0) & 1 }
        }
        let bytes = stride(from: 0, to: bits.count - bits.count % 8, by: 8).map { start in
            UInt8(bits[start..<(start + 8)].reduce(0) { $0 << 1 | $1 })
        }
        return !text.isEmpty && encode(bytes) == text ? bytes : nil
    }
}
