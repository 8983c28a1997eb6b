import FHIR
import Testing

struct OperationOutcomeTests {
    @Test func anOutcomeIsAResource() {
        let outcome = OperationOutcome(
            .init(.notFound, "no \"x\" here", at: ["Patient.id", "Patient.name[0]"]),
            .init(.informational, "so it is", severity: .information))
        #expect(
            String(decoding: outcome.serialized, as: UTF8.self)
                == #"{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"not-found","#
                + #""diagnostics":"no \"x\" here","expression":["Patient.id","Patient.name[0]"]},"#
                + #"{"severity":"information","code":"informational","diagnostics":"so it is"}]}"#)
    }
}
