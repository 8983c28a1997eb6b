package import JSON

/// What went wrong, or may have, for people and programs (R4, OperationOutcome).
package struct OperationOutcome: Sendable, Equatable, Error {
    /// The codes of http://hl7.org/fhir/issue-severity.
    package enum Severity: String, Sendable {
        case fatal, error, warning, information
    }

    package struct Issue: Sendable, Equatable {
        package var severity: Severity
        package var code: IssueType
        /// What is wrong, where, and what to do about it; never more than a short bit of what was sent.
        package var diagnostics: String
        /// The elements (`Client.secret`) or search parameters (`_count`) at fault.
        package var expression: [String]

        package init(
            _ code: IssueType, _ diagnostics: String, at expression: [String] = [], severity: Severity = .error
        ) {
            self.severity = severity
            self.code = code
            self.diagnostics = diagnostics
            self.expression = expression
        }
    }

    /// Never empty: R4 wants at least one.
    package let issues: [Issue]

    package init(_ first: Issue, _ others: Issue...) { issues = [first] + others }

    /// The resource.
    package var json: JSONValue {
        ["resourceType": "OperationOutcome", "issue": .array(issues.map(\.json))]
    }

    /// The resource as compact JSON.
    package var serialized: [UInt8] { json.serialized }
}

extension OperationOutcome.Issue {
    fileprivate var json: JSONValue {
        var object = JSONObject()
        object["severity"] = .string(severity.rawValue)
        object["code"] = .string(code.rawValue)
        object["diagnostics"] = .string(diagnostics)
        if !expression.isEmpty { object["expression"] = .array(expression.map { .string($0) }) }
        return .object(object)
    }
}

/// The codes of http://hl7.org/fhir/issue-type (R4 4.0.1), all of them.
package enum IssueType: String, Sendable {
    case invalid, structure, required, value, invariant
    case security, login, unknown, expired, forbidden, suppressed
    case processing
    case notSupported = "not-supported"
    case duplicate
    case multipleMatches = "multiple-matches"
    case notFound = "not-found"
    case deleted
    case tooLong = "too-long"
    case codeInvalid = "code-invalid"
    case `extension`
    case tooCostly = "too-costly"
    case businessRule = "business-rule"
    case conflict
    case transient
    case lockError = "lock-error"
    case noStore = "no-store"
    case exception, timeout, incomplete, throttled
    case informational
}
