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
        let mapped = try blockScalar("vault-config.json", in: repository.text("k8s/vault-config.yaml"))
        #expect(try shape(of: mapped) == example)
        #expect(try shape(of: repository.text("docker/tutorial/vault-config.json")) == example)
    }

    @Test func everySecretOfTheConfigMapIsMountedByTheDeployment() throws {
        let deployment = try repository.text("k8s/deployment.yaml")
        let provider = try repository.text("k8s/secret-provider-class.yaml")
        let block = try blockScalar("vault-config.json", in: repository.text("k8s/vault-config.yaml"))
        let config = try #require(try JSONSerialization.jsonObject(with: Data(block.utf8)) as? [String: Any])
        let secrets = try #require(config["secret"] as? [String: [String: Any]])
        for (name, secret) in secrets {
            let path = try #require(secret["path"] as? String)
            let folder = (path as NSString).deletingLastPathComponent
            #expect(deployment.contains("mountPath: \(folder)\n"), "\(name): nothing is mounted at \(folder)")
            let file = (path as NSString).lastPathComponent
            #expect(provider.contains("objectName: \(file)\n"), "\(name): the provider does not deliver \(file)")
        }
        #expect(!deployment.contains("subPath:"), "a subPath mount never sees a rotation")
        #expect(deployment.contains("enableServiceLinks: false\n"), "a Service named keyward sets KEYWARD_PORT")
    }

    // MARK: reading

    /// The text of `key: |` in YAML: the lines below that are indented further.
    private func blockScalar(_ key: String, in yaml: String) throws -> String {
        let lines = yaml.split(separator: "\n", omittingEmptySubsequences: false)
        let start = try #require(lines.firstIndex { $0.trimmingCharacters(in: .whitespaces) == "\(key): |" })
        let indentation = lines[start].prefix { $0 == " " }.count
        return lines[(start + 1)...].prefix { $0.isEmpty || $0.prefix { $0 == " " }.count > indentation }
            .joined(separator: "\n")
    }

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
