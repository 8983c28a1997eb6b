/// Why something sent is refused.
package struct FHIRError: Error, Equatable, CustomStringConvertible {
    package enum Kind: Sendable {
        /// Not what the protocol or the URL wants: 400.
        case malformed
        /// Well-formed, but against a rule of content: 422.
        case unprocessable
    }

    package let kind: Kind
    package let issue: OperationOutcome.Issue

    package static func malformed(_ code: IssueType, _ diagnostics: String, at expression: String...) -> FHIRError {
        FHIRError(kind: .malformed, issue: OperationOutcome.Issue(code, diagnostics, at: expression))
    }

    package static func unprocessable(_ code: IssueType, _ diagnostics: String, at expression: String...) -> FHIRError {
        FHIRError(kind: .unprocessable, issue: OperationOutcome.Issue(code, diagnostics, at: expression))
    }

    package var description: String { issue.diagnostics }
}
