internal import FHIR
internal import HTTP

/// Why a request that was understood is not served: the one error of this room.
struct Refusal: Error {
    let status: Status
    let issue: OperationOutcome.Issue
    /// The methods that the path serves, with 405.
    var allow: String?

    init(_ status: Status, _ code: IssueType, _ diagnostics: String, allow: String? = nil) {
        self.status = status
        self.issue = OperationOutcome.Issue(code, diagnostics)
        self.allow = allow
    }

    static let unknownPath = Refusal(
        .notFound, .notFound,
        "There is nothing at this path. Resources are at /fhir/{type} and /fhir/{type}/{id}.")

    static let unknownType = Refusal(
        .notFound, .notSupported,
        "This is no resource type that this server knows; GET /fhir/metadata lists them, upper and lower case matter.")

    static func unknown(_ key: ResourceKey) -> Refusal {
        Refusal(.notFound, .notFound, "\(key.text) does not exist.")
    }
}
