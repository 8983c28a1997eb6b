import Testing

/// Each rule sees what it is there for, and leaves alone what only looks like it.
@Suite struct StyleRulesTests {
    private static func many(_ count: Int) -> String { String(repeating: "let a = 1\n", count: count) }
    private static func wide(_ columns: Int) -> String { "// " + String(repeating: "x", count: columns - 3) }

    struct Sample: CustomTestStringConvertible {
        let rule: String
        var path = "Sources/Vault/Scope.swift"
        let bad: String
        let good: String
        /// Where the good text is fine, if that is what makes it good.
        var goodPath: String?
        var testDescription: String { rule }
    }

    static let samples = [
        Sample(rule: "lines", bad: many(301), good: many(300)),
        Sample(rule: "lines of a test", path: "Tests/VaultTests/ScopeTests.swift", bad: many(401), good: many(400)),
        Sample(rule: "columns", bad: wide(121), good: wide(120)),
        Sample(rule: "try!", bad: "let a = try! b()", good: "let a = try b() // not try! here"),
        Sample(rule: "as!", bad: "let a = b as! C", good: "let has = b as? C; let alias = #\"as!\"#"),
        Sample(rule: "fatalError", bad: "fatalError(\"no\")", good: "let text = \"fatalError(\""),
        Sample(rule: "print", bad: "print(1)", good: "fingerprint(1); imprint(2)"),
        Sample(
            rule: "print in a test", bad: "print(1)", good: "print(1)", goodPath: "Tests/VaultTests/ScopeTests.swift"),
        Sample(rule: "public", bad: "public let a = 1", good: "package let publicKey = 1 // public"),
        Sample(
            rule: "nonisolated(unsafe)", path: "Tests/VaultTests/A.swift", bad: "nonisolated(unsafe) var a = 1",
            good: "nonisolated func a() {}"),
        Sample(
            rule: "@unchecked Sendable", bad: "final class A: @unchecked Sendable {}",
            good: "final class A: @unchecked Sendable {}", goodPath: "Sources/Transport/EventLoop+Task.swift"),
        Sample(
            rule: "pointers", path: "Sources/HTTP/Fields.swift", bad: "let a: UnsafeRawBufferPointer",
            good: "bytes.withUnsafeBufferPointer(f)"),
        Sample(
            rule: "pointers in their rooms", path: "Sources/FHIR/Id.swift", bad: "let a: UnsafePointer<UInt8>",
            good: "let a: UnsafePointer<UInt8>", goodPath: "Sources/Vault/Directory.swift"),
        Sample(rule: "markers", bad: "// TODO: later", good: "let todo = \"TODO\" // TODOS are XXXL"),
        Sample(rule: "names", bad: "struct SecretManager {}", good: "struct ManagerSecret {}; struct Database {}"),
        Sample(rule: "names with capitals", bad: "enum HTTPUtil {}", good: "enum HTTPUtilisation {}"),
        Sample(rule: "names, whole", bad: "enum Info {}", good: "let info = Info.self"),
        Sample(rule: "names of a second one", bad: "final class Handler2 {}", good: "enum HTTP2 {}"),
        Sample(rule: "names of a new one", bad: "actor NewClient {}", good: "actor Newcomer {}"),
        Sample(
            rule: "names of files", path: "Sources/Vault/ScopeHelper.swift", bad: "", good: "",
            goodPath: "Sources/Vault/ScopeHelperTests.swift"),
        Sample(
            rule: "imports", bad: "import HTTP", good: "package import JSON\nimport Glibc\nimport struct JSON.Number"),
        Sample(
            rule: "imports of FHIR", path: "Sources/FHIR/Id.swift", bad: "package import Vault", good: "import JSON"),
        Sample(rule: "imports of Foundation", bad: "import Foundation", good: "import FoundationEssentials"),
        Sample(
            rule: "a room of its own", path: "Sources/Cellar/A.swift", bad: "", good: "",
            goodPath: "Sources/JSON/A.swift"),
        Sample(
            rule: "documentation", bad: "package struct Scope {}",
            good: "/// Who may ask.\n@frozen\npackage struct Scope {}\nstruct Inner {}"),
        Sample(rule: "the unsafe budget", bad: "unsafe f()", good: "let notunsafe = \"unsafe\" // unsafe"),
    ]

    @Test(arguments: samples) func aRuleSeesTheBadAndPassesTheGood(sample: Sample) {
        let rules = StyleRules(unsafeBudget: UnsafeBudget(counts: [:]))
        let bad = rules.findings(in: SourceFile(path: sample.path, sample.bad))
        #expect(bad.count == 1, "\(bad)")
        let good = rules.findings(in: SourceFile(path: sample.goodPath ?? sample.path, sample.good))
        #expect(good.isEmpty, "\(good)")
    }

    @Test func aFindingSaysWhereAndWhatToDo() {
        let file = SourceFile(path: "Sources/Vault/Scope.swift", "let a = 1\n\nlet b = try! c()\n")
        #expect(
            StyleRules().findings(in: file).map(\.description) == [
                "Sources/Vault/Scope.swift:3: `try!`: handle the error, or make it impossible"
            ])
    }

    @Test func theBudgetIsExactInBothDirections() {
        let file = SourceFile(path: "Sources/Vault/A.swift", "unsafe a()\nunsafe b()\n")
        func findings(_ allowed: Int) -> [Finding] {
            UnsafeBudget(counts: [file.path: allowed]).findings(in: file)
        }
        #expect(findings(2).isEmpty)
        #expect(findings(1).map(\.line) == [1])
        #expect(findings(3).first?.what.contains("lower it") == true)
        #expect(UnsafeBudget(counts: ["Sources/Vault/Gone.swift": 1]).findings(beside: [file]).count == 1)
    }

    @Test func aVariableMustBeOnBothSides() {
        let code = SourceFile(
            path: "Sources/keyward/Reading.swift",
            "let a = \"KEYWARD_HOST\"\nlet b = \"BOX_WEB_PORT\" // not KEYWARD_OLD\n"
                + "let p = \"KEYWARD_\", q = \"KEYWARD_…\"\n"
        )
        func findings(_ settings: String) -> [Finding] {
            EnvironmentRule().findings(sources: [code], settings: settings)
        }
        #expect(findings("# An address.\nKEYWARD_HOST=127.0.0.1\n# KEYWARD_* names; also BOX_WEB_PORT.\n").isEmpty)
        #expect(findings("KEYWARD_HOST=127.0.0.1\n").map(\.line) == [2])
        let surplus = findings("KEYWARD_HOST=\nBOX_WEB_PORT=\nKEYWARD_PROT=\n")
        #expect(surplus.map(\.description).first?.hasPrefix("Config/server.env:3: ") == true)
    }

    @Test func aRowOfTheTableOfSettingsStandsForItsVariable() {
        let table = SourceFile(
            path: EnvironmentRule.table,
            "let a = size(\n    \"max-body\", \\.body, default: \"2MiB\",\n    \"A sentence.\")")
        #expect(EnvironmentRule().findings(sources: [table], settings: "KEYWARD_MAX_BODY=2MiB\n").isEmpty)
        #expect(EnvironmentRule().findings(sources: [table], settings: "").map(\.line) == [2])
    }
}
