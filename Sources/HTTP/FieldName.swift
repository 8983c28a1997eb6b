/// The name of a header field, as it is written in responses; compared without regard to ASCII case (RFC 9110 §5.1). A
/// class, so that handing a name around counts one reference.
package final class FieldName: Sendable {
    package let text: String
    let lowercase: [UInt8]
    /// The beginning of a field line of this name.
    let lineStart: [UInt8]

    package init(_ text: String) {
        self.text = text
        self.lineStart = Array("\(text): ".utf8)
        self.lowercase = text.utf8.map(\.asciiLowercase)
    }

    package static let accept = FieldName("Accept")
    package static let acceptEncoding = FieldName("Accept-Encoding")
    package static let allow = FieldName("Allow")
    package static let authorization = FieldName("Authorization")
    package static let connection = FieldName("Connection")
    package static let contentEncoding = FieldName("Content-Encoding")
    package static let contentLength = FieldName("Content-Length")
    package static let contentType = FieldName("Content-Type")
    package static let date = FieldName("Date")
    package static let eTag = FieldName("ETag")
    package static let host = FieldName("Host")
    package static let ifMatch = FieldName("If-Match")
    package static let ifNoneExist = FieldName("If-None-Exist")
    package static let ifNoneMatch = FieldName("If-None-Match")
    package static let lastModified = FieldName("Last-Modified")
    package static let location = FieldName("Location")
    package static let origin = FieldName("Origin")
    package static let prefer = FieldName("Prefer")
    package static let secFetchSite = FieldName("Sec-Fetch-Site")
    package static let vary = FieldName("Vary")
    package static let wwwAuthenticate = FieldName("WWW-Authenticate")
    package static let xRequestID = FieldName("X-Request-Id")
}
