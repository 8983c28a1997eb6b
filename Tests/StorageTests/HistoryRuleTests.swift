import Testing

@testable import Storage

/// Which versions a compaction keeps, and how an operator says so.
@Suite struct HistoryRuleTests {
    @Test(arguments: [("all", HistoryRule.all), ("1", .newest(1)), ("100", .newest(100)), ("007", .newest(7))])
    func aRuleIsReadFromItsText(_ text: String, _ rule: HistoryRule) throws {
        #expect(try HistoryRule(text) == rule)
        #expect(try HistoryRule(rule.description) == rule)
    }

    @Test(arguments: ["", "0", "-1", "+1", "All", "none", "1.5", " 1", "1k", "99999999999999999999", "٣"])
    func anyOtherTextIsRefusedAndSaysWhatIsAllowed(_ text: String) throws {
        let fault = try #require(throws: HistoryRuleFault.self) { try HistoryRule(text) }
        #expect(fault.description.contains("all") && fault.description.contains("from 1"))
    }

    @Test func theLastVersionIsAlwaysKept() {
        #expect([0, 1, 5].map { HistoryRule.all.kept(of: $0) } == [0, 1, 5])
        #expect([0, 1, 3, 4].map { HistoryRule.newest(3).kept(of: $0) } == [0, 1, 3, 3])
        #expect(HistoryRule.newest(0).kept(of: 2) == 1)
    }
}
