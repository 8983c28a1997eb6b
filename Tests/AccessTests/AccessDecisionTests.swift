import Access
import FHIR
import Testing

@Suite struct AccessDecisionTests {
    func decision(_ principal: Principal?, _ kind: ResourceType.Kind) -> String {
        switch AccessDecision(for: principal, on: kind) {
        case .allowed: "allowed"
        case .unauthenticated: "401"
        case .forbidden: "403"
        }
    }

    @Test func whoMayDoWhatIsTheTableOfTheContract() throws {
        let client = Principal.client(try #require(LogicalID("basic")))
        #expect(decision(.root, .system) == "allowed")
        #expect(decision(.root, .clinical) == "allowed")
        #expect(decision(client, .clinical) == "allowed")
        #expect(decision(client, .system) == "403")
        #expect(decision(.tutorial, .system) == "allowed")
        #expect(decision(.tutorial, .clinical) == "401")
        #expect(decision(nil, .system) == "401")
        #expect(decision(nil, .clinical) == "401")
    }

    @Test func aRefusalSaysWhatToDo() throws {
        let client = Principal.client(try #require(LogicalID("basic")))
        guard case .forbidden(let diagnostics) = AccessDecision(for: client, on: .system) else {
            Issue.record("not forbidden")
            return
        }
        #expect(diagnostics.contains("; use "))
    }
}
