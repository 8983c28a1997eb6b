import FHIR
import Testing

struct VersionConditionTests {
    @Test(
        arguments: [
            (["W/\"3\""], [3]), (["\"3\""], [3]), (["W/\"3\", \"4\""], [3, 4]),
            (["\"1\",W/\"2\"", "W/\"3\""], [1, 2, 3]),
            ([" ,, \"1\" ,\t\"2\" , "], [1, 2]), (["\"abc\""], []), (["\"a,b\", \"2\""], [2]), (["\"\""], []),
            (["\"01\""], []), (["\"+1\""], []), (["\"0\""], []), (["\"-1\""], []), (["\"99999999999999999999\""], []),
            (["\"é\""], []),
        ] as [([String], Set<Int>)])
    func aListOfTagsNamesVersions(_ values: [String], _ versions: Set<Int>) throws {
        #expect(try VersionCondition(values, of: "If-Match") == .oneOf(versions))
    }

    @Test(arguments: [
        [], [""], [" , "], ["3"], ["W/3"], ["w/\"3\""], ["\"3"], ["3\""], ["W/ \"3\""], ["\"3\" \"4\""], ["\"3\"x"],
        ["*, \"3\""], ["*", "*"], ["**"], ["*x"], ["\"a b\""], ["\"a\tb\""], ["W/"],
    ])
    func otherSyntaxIsMalformed(_ values: [String]) throws {
        let error = try #require(throws: FHIRError.self) { try VersionCondition(values, of: "If-Match") }
        #expect(error.kind == .malformed)
        #expect(error.description.hasPrefix("If-Match is neither"))
    }

    @Test func aConditionIsMetByAVersionItNames() throws {
        let some = try VersionCondition(["W/\"2\", \"x\""], of: "If-Match")
        #expect(some.isMet(by: 2))
        #expect(!some.isMet(by: 1))
        #expect(!some.isMet(by: nil))
        let any = try VersionCondition([" * "], of: "If-None-Match")
        #expect(any.isMet(by: 5))
        #expect(!any.isMet(by: nil))
    }
}
