import FHIR
import Testing

@testable import Storage

@Suite struct ChangeTests {
    @Test func aPutOfALiteralSecretCannotBeMade() throws {
        let client = try resource(#"{"resourceType":"Client","id":"basic","secret":"s3cret-value"}"#)
        let error = #expect(throws: FHIRError.self) { try Change.put(client) }
        #expect(error?.kind == .unprocessable)
        #expect(error?.description.contains("s3cret-value") == false)
    }
}
