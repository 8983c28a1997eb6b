import FHIR
import Testing

struct PreferencesTests {
    @Test(
        arguments: [
            ([], nil, nil), (["return=minimal"], .minimal, nil), (["return=representation"], .representation, nil),
            (["return=OperationOutcome"], .operationOutcome, nil), (["handling=strict"], nil, .strict),
            (["RETURN=minimal, Handling=lenient"], .minimal, .lenient),
            (["return=minimal", "handling=strict"], .minimal, .strict),
            (["return = \"minimal\""], .minimal, nil), (["respond-async; wait=10, return=minimal; a=b"], .minimal, nil),
            (["foo=\"a, return=representation\", return=minimal"], .minimal, nil),
            (["foo=\"\\\", return=representation\", return=minimal"], .minimal, nil),
            (["return=minimal, return=representation"], .minimal, nil), (["return=all"], nil, nil),
            (["handling"], nil, nil),
            (["return=Minimal"], nil, nil), ([",;=,\"", "handling=strict"], nil, .strict),
            (["x; return=minimal"], nil, nil),
        ] as [([String], Preferences.Return?, Preferences.Handling?)])
    func whatIsKnownIsReadAndTheRestIgnored(
        _ values: [String], _ expected: Preferences.Return?, _ handling: Preferences.Handling?
    ) {
        let preferences = Preferences(values)
        #expect(preferences.return == expected)
        #expect(preferences.handling == handling)
    }
}
