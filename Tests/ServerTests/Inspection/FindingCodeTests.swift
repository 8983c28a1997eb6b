import Access
import Foundation
import Testing
import Vault

@testable import Server

@Suite struct FindingCodeTests {
    @Test func theVaultsOwnCodesKeepTheirNames() {
        for code in VaultConfigFault.Code.allCases { #expect(FindingCode(code).rawValue == code.rawValue) }
        let faults: [SecretFault] = [
            .missing, .unreadable(Errno(code: 13)), .notAFile(.fifo), .outsideRoots(finalPath: "/"), .empty,
            .containsNUL, .noValue, .tooLong, .unstable,
        ]
        let name = SecretName("s")
        let errors: [VaultError] =
            [.unknownSecret(name), .outOfScope(name, .root)] + faults.map { .faulty(name, path: "/s", $0) }
        for error in errors {
            #expect(FindingCode(error).rawValue == error.code)
        }
        #expect(Set(ValueOddity.allCases.map { FindingCode($0) }).count == ValueOddity.allCases.count)
    }

    /// `docs/findings.md` has one entry a code of a finding or of a denial, each with what it is, and no other.
    @Test func thePageHasExactlyTheCodesThatTheCodeKnows() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..")
        let page = try String(contentsOf: root.appending(path: "docs/findings.md"), encoding: .utf8)
        let entries = page.split(separator: "\n### ").dropFirst().map { $0.split(separator: "\n\n") }
        let reasons = DenialReason.allCases.map(\.rawValue)
        let codes = FindingCode.allCases.map(\.rawValue)
        let headings = entries.map { String($0[0]) }
        #expect(headings.sorted() == Set(codes + reasons).sorted())
        for entry in entries {
            let code = String(entry[0])
            var kinds = FindingCode(rawValue: code).map { ["**\($0.severity.rawValue)**"] } ?? []
            if reasons.contains(code) { kinds.append("**reason of a 401**") }
            try #require(entry.count >= 3, "\(code) does not say how it comes about and what to do")
            #expect(entry[1].hasPrefix(kinds.joined(separator: " and ") + ". "), "\(code)")
            #expect(entry[2].contains("*How:* ") && entry[2].contains("*What to do:* "), "\(code)")
        }
    }
}
