internal import FHIR
internal import HTTP

/// Holds a request to the media types that FHIR resources are spoken in here: JSON, and nothing else (R4
/// http.html#mime-type).
enum Negotiation {
    static func check(_ head: RequestHead, takesForm: Bool) throws {
        guard head.accepts != .nothing else {
            throw Refusal(
                .notAcceptable, .notSupported, "The codings of responses are gzip and identity; accept one of them.")
        }
        try checkAccepted(head)
        guard head.method == .post || head.method == .put else { return }
        try checkContent(head, in: takesForm ? ["application/x-www-form-urlencoded"] : spoken)
    }

    private static let spoken = ["application/fhir+json", "application/json"]

    /// `_format` in a query or a form: where it is given, it outranks `Accept` (R4 http.html#parameters).
    static func checkFormat(_ parameters: SearchParameters) throws(Refusal) {
        guard let format = parameters.parameters.first(where: { $0.name == "_format" }) else { return }
        // A plus sign in a query is a space; who wrote application/fhir+json meant the plus.
        let name = format.value.replacing(" ", with: "+")
        guard name == "json" || spoken.contains(MediaType(name)?.name ?? "") else {
            throw Refusal(.notAcceptable, .notSupported, "The only _format is json (application/fhir+json).")
        }
    }

    private static func checkAccepted(_ head: RequestHead) throws {
        if let query = head.query, query.contains("_format=") {
            return try checkFormat(SearchParameters(parsing: query.utf8.span))
        }
        guard let accept = head.fields[.accept], !accept.isEmpty else { return }
        let ranges = accept.split(separator: ",").compactMap { MediaType(String($0)) }
        func quality(_ name: String) -> Double? { ranges.first { $0.name == name }?.quality }
        // The most specific range that a type falls in decides (RFC 9110 §12.5.1); R4 lets the general name of JSON
        // stand for FHIR's own.
        let own = quality(spoken[0]) ?? max(quality("application/*") ?? quality("*/*") ?? 0, quality(spoken[1]) ?? 0)
        if own > 0 { return }
        throw Refusal(
            .notAcceptable, .notSupported, "The only media type of responses is application/fhir+json; accept it.")
    }

    private static func checkContent(_ head: RequestHead, in wanted: [String]) throws(Refusal) {
        guard let text = head.fields[.contentType], let type = MediaType(text), wanted.contains(type.name),
            type.isUTF8
        else {
            throw Refusal(
                .unsupportedMediaType, .notSupported,
                "The Content-Type must be \(wanted[0]), in UTF-8; set it, and send such content.")
        }
    }
}
