import Testing
import Vault

@testable import Server

@Suite struct InspectionAuditLogTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    @Test func whatCanBeOpenedIsNoFindingAndIsNotMade() throws {
        try scratch.write("", to: "there")
        for location: Settings.AuditLocation in [
            .none, .standardOutput, .file(scratch("there")), .file(scratch("new")), .file("new-here"), .file("/new"),
        ] {
            #expect(Inspection.lookAtAuditLog(location, PosixAttributes()).isEmpty, "\(location)")
        }
        #expect(try scratch.listing().count == 1)
    }

    @Test(arguments: ["none/log", ".", "file/log"])
    func whatCannotBeOpenedIsOneThatSaysWhereAndWhatToDo(name: String) throws {
        try scratch.write("", to: "file")
        let findings = Inspection.lookAtAuditLog(.file(scratch(name)), PosixAttributes())
        #expect(findings.map(\.code) == [.auditLogUnwritable])
        #expect(findings.first?.severity == .error)
        #expect(findings.first?.place == scratch(name))
        #expect(findings.first?.remedy.contains("--audit-log") == true)
    }
}
