internal import FHIR
internal import HTTP
internal import Storage

/// The conditions that name a moment, for clients that kept no version: `If-Modified-Since` and `If-Unmodified-Since`
/// (RFC 9110 §13.1.3, §13.1.4). They are as exact as `Last-Modified`, to the second.
extension Exchange {
    /// Whether a version is newer than the moment in this field; nothing where there is no such condition: no field,
    /// more than one, or one that is no date of HTTP.
    func isModified(_ stored: StoredVersion, since name: FieldName) -> Bool? {
        guard let text = request.head.fields.bytes(name), request.head.fields.count(of: name) == 1 else { return nil }
        // A version cannot be from the future, so its year will do where the century is to be guessed.
        let year = Int(stored.lastUpdated.text.prefix(4)) ?? 0
        guard let seconds = HTTPDate.seconds(parsing: text, thisYear: year) else { return nil }
        return stored.lastUpdated.milliseconds / 1_000 > seconds
    }
}
