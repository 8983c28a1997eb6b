import Foundation
import Testing

@Suite struct RepositoryTests {
    let repository = Repository()

    @Test func theHouseKeepsItsStyle() throws {
        let rules = StyleRules()
        let files = try repository.swiftFiles(below: ["Sources", "Tests", "Fuzz", "Benchmarks"])
        #expect(files.contains { $0.path == "Tests/StyleTests/RepositoryTests.swift" })
        let findings = files.flatMap(rules.findings) + rules.unsafeBudget.findings(beside: files)
        for finding in findings { Issue.record("\(finding)") }
    }

    @Test func everyVariableInTheCodeIsInTheSettingsFileAndTheOtherWayRound() throws {
        let settings = (try? repository.text(EnvironmentRule.path)) ?? ""
        let sources = try repository.swiftFiles(below: ["Sources"])
        for finding in EnvironmentRule().findings(sources: sources, settings: settings) { Issue.record("\(finding)") }
    }

    @Test func everyTargetOfMakeIsDocumentedAndPhony() throws {
        let lines = try repository.text("Makefile").split(separator: "\n").map(String.init)
        let phony = try #require(lines.first { $0.hasPrefix(".PHONY:") }).split(separator: " ").dropFirst().map(
            String.init)
        let documented = lines.filter { $0.contains(":") && $0.contains("## ") && $0.first?.isLetter == true }
            .map { String($0.prefix { $0 != ":" }) }
        #expect(documented == phony)
    }

    @Test func everyVaultConfigWeShipHasTheShapeOfTheExample() throws {
        let example = try shape(of: repository.text("Config/vault-config.json"))
        #expect(example.contains("/secret/*/scope/resource_type: string"))
        let overlays = repository.root.appendingPathComponent("k8s/overlays")
        let names = try FileManager.default.contentsOfDirectory(atPath: overlays.path)
        #expect(names.contains("azure-key-vault"))
        for name in names {
            #expect(try shape(of: repository.text("k8s/overlays/\(name)/vault-config.json")) == example, "\(name)")
        }
        #expect(try shape(of: repository.text("docker/tutorial/vault-config.json")) == example)
    }

    // MARK: reading

    private func shape(of json: String) throws -> Set<String> {
        shape(of: try JSONSerialization.jsonObject(with: Data(json.utf8)), at: "")
    }

    /// Every path in a JSON value with the kind of what is there. The names of secrets are the operator's: `*`.
    private func shape(of value: Any, at path: String) -> Set<String> {
        if let object = value as? [String: Any] {
            let members = object.map { shape(of: $1, at: path + (path == "/secret" ? "/*" : "/\($0)")) }
            return members.reduce(into: ["\(path): object"]) { $0.formUnion($1) }
        }
        if let array = value as? [Any] {
            return array.map { shape(of: $0, at: path + "[]") }.reduce(into: ["\(path): array"]) { $0.formUnion($1) }
        }
        return ["\(path): \(value is String ? "string" : "other")"]
    }
}
