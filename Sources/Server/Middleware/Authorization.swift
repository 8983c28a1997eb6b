internal import Access
internal import FHIR
internal import HTTP

/// Decides whether a principal may do what it asks, by the kind of the resource.
enum Authorization {
    static func check(_ principal: Principal, for exchange: Exchange) throws {
        switch AccessDecision(for: principal, on: try exchange.resourceType().kind) {
        case .allowed: return
        case .unauthenticated: throw Denial.noCredentials
        case .forbidden(let diagnostics): throw Forbidden(principal: principal, diagnostics: diagnostics)
        }
    }
}

/// A principal that is known and may not: 403.
struct Forbidden: Error {
    let principal: Principal
    let diagnostics: String
}
