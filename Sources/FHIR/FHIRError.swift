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
    /// A secret itself stands where a reference to one belongs.
    package private(set) var isLiteralSecret = false

    package static func malformed(_ code: IssueType, _ diagnostics: String, at expression: String...) -> FHIRError {
        FHIRError(kind: .malformed, issue: OperationOutcome.Issue(code, diagnostics, at: expression))
    }

    package static func unprocessable(_ code: IssueType, _ diagnostics: String, at expression: String...) -> FHIRError {
        FHIRError(kind: .unprocessable, issue: OperationOutcome.Issue(code, diagnostics, at: expression))
    }

    /// 422 too. The diagnostics do not quote it.
    package static func literalSecret(_ diagnostics: String, at expression: String) -> FHIRError {
        var error = unprocessable(.businessRule, diagnostics, at: expression)
        error.isLiteralSecret = true
        return error
    }

    package var description: String { issue.diagnostics }
}
