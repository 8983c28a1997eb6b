/// A header field that this server knows (RFC 9110 §5.1); of all others it checks the grammar and no more. An
/// enumeration, so that a field is recognised once, while the header is decoded, and is a number afterwards.
package enum FieldName: UInt8, Sendable, CaseIterable {
    case accept
    case acceptEncoding
    case allow
    case authorization
    case connection
    case contentEncoding
    case contentLength
    case contentSecurityPolicy
    case contentType
    case date
    case eTag
    case expect
    case host
    case ifMatch
    case ifModifiedSince
    case ifNoneExist
    case ifNoneMatch
    case ifUnmodifiedSince
    case lastModified
    case location
    case origin
    case prefer
    case secFetchSite
    case strictTransportSecurity
    case transferEncoding
    case vary
    case wwwAuthenticate
    case xContentTypeOptions
    case xRequestID

    /// The beginning of a field line of this name, as it is written in responses.
    var lineStart: StaticString {
        switch self {
        case .accept: "Accept: "
        case .acceptEncoding: "Accept-Encoding: "
        case .allow: "Allow: "
        case .authorization: "Authorization: "
        case .connection: "Connection: "
        case .contentEncoding: "Content-Encoding: "
        case .contentLength: "Content-Length: "
        case .contentSecurityPolicy: "Content-Security-Policy: "
        case .contentType: "Content-Type: "
        case .date: "Date: "
        case .eTag: "ETag: "
        case .expect: "Expect: "
        case .host: "Host: "
        case .ifMatch: "If-Match: "
        case .ifModifiedSince: "If-Modified-Since: "
        case .ifNoneExist: "If-None-Exist: "
        case .ifNoneMatch: "If-None-Match: "
        case .ifUnmodifiedSince: "If-Unmodified-Since: "
        case .lastModified: "Last-Modified: "
        case .location: "Location: "
        case .origin: "Origin: "
        case .prefer: "Prefer: "
        case .secFetchSite: "Sec-Fetch-Site: "
        case .strictTransportSecurity: "Strict-Transport-Security: "
        case .transferEncoding: "Transfer-Encoding: "
        case .vary: "Vary: "
        case .wwwAuthenticate: "WWW-Authenticate: "
        case .xContentTypeOptions: "X-Content-Type-Options: "
        case .xRequestID: "X-Request-Id: "
        }
    }

    /// As it is written in messages.
    package var text: String { String("\(lineStart)".dropLast(2)) }

    /// The field with this name, which is compared without regard to ASCII case.
    init?(_ name: Span<UInt8>) {
        guard !name.isEmpty,
            let candidate = Self.candidate(name.count, name[0].asciiLowercase, name[name.count - 1].asciiLowercase),
            name.begins(candidate.lineStart)
        else { return nil }
        self = candidate
    }

    /// The only name of its length with these first and last letters.
    private static func candidate(_ count: Int, _ first: UInt8, _ last: UInt8) -> FieldName? {
        switch (count, first, last) {
        case (4, UInt8(ascii: "d"), UInt8(ascii: "e")): .date
        case (4, UInt8(ascii: "e"), UInt8(ascii: "g")): .eTag
        case (4, UInt8(ascii: "h"), UInt8(ascii: "t")): .host
        case (4, UInt8(ascii: "v"), UInt8(ascii: "y")): .vary
        case (5, UInt8(ascii: "a"), UInt8(ascii: "w")): .allow
        case (6, UInt8(ascii: "a"), UInt8(ascii: "t")): .accept
        case (6, UInt8(ascii: "e"), UInt8(ascii: "t")): .expect
        case (6, UInt8(ascii: "o"), UInt8(ascii: "n")): .origin
        case (6, UInt8(ascii: "p"), UInt8(ascii: "r")): .prefer
        case (8, UInt8(ascii: "i"), UInt8(ascii: "h")): .ifMatch
        case (8, UInt8(ascii: "l"), UInt8(ascii: "n")): .location
        case (10, UInt8(ascii: "c"), UInt8(ascii: "n")): .connection
        case (12, UInt8(ascii: "c"), UInt8(ascii: "e")): .contentType
        case (12, UInt8(ascii: "x"), UInt8(ascii: "d")): .xRequestID
        case (13, UInt8(ascii: "a"), UInt8(ascii: "n")): .authorization
        case (13, UInt8(ascii: "i"), UInt8(ascii: "t")): .ifNoneExist
        case (13, UInt8(ascii: "i"), UInt8(ascii: "h")): .ifNoneMatch
        case (13, UInt8(ascii: "l"), UInt8(ascii: "d")): .lastModified
        case (14, UInt8(ascii: "c"), UInt8(ascii: "h")): .contentLength
        case (14, UInt8(ascii: "s"), UInt8(ascii: "e")): .secFetchSite
        case (15, UInt8(ascii: "a"), UInt8(ascii: "g")): .acceptEncoding
        case (16, UInt8(ascii: "c"), UInt8(ascii: "g")): .contentEncoding
        case (16, UInt8(ascii: "w"), UInt8(ascii: "e")): .wwwAuthenticate
        case (17, UInt8(ascii: "i"), UInt8(ascii: "e")): .ifModifiedSince
        case (17, UInt8(ascii: "t"), UInt8(ascii: "g")): .transferEncoding
        case (19, UInt8(ascii: "i"), UInt8(ascii: "e")): .ifUnmodifiedSince
        case (22, UInt8(ascii: "x"), UInt8(ascii: "s")): .xContentTypeOptions
        case (23, UInt8(ascii: "c"), UInt8(ascii: "y")): .contentSecurityPolicy
        case (25, UInt8(ascii: "s"), UInt8(ascii: "y")): .strictTransportSecurity
        default: nil
        }
    }
}

extension Span<UInt8> {
    /// Whether `text` begins with these bytes, whatever their ASCII case.
    fileprivate func begins(_ text: StaticString) -> Bool {
        text.withUTF8Buffer { buffer in
            for index in indices {
                let (byte, other) = unsafe (self[index], buffer[index])
                // Most names come as they are written here.
                guard byte == other || byte.asciiLowercase == other.asciiLowercase else { return false }
            }
            return true
        }
    }
}
