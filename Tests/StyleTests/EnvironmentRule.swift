/// Every environment variable that the code names is in `Config/server.env`, and the other way round.
///
/// The code names a variable by its text, or, in the table of settings, by the setting it belongs to: a line that
/// begins with `"vault-config",` stands for `KEYWARD_VAULT_CONFIG`.
struct EnvironmentRule {
    static let prefixes = ["KEYWARD_", "BOX_", "AIDBOX_"]
    static let path = "Config/server.env"
    static let table = "Sources/keyward/SettingTable.swift"

    func findings(sources: [SourceFile], settings: String) -> [Finding] {
        let listed = Self.variables(
            in: settings.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
        var named: Set<String> = []
        var findings: [Finding] = []
        for file in sources where file.area == "Sources" {
            let lines = zip(file.text.raw, file.text.comments).map { raw, comment in
                comment.allSatisfy { $0 == " " } ? raw : String(raw.prefix(comment.prefix { $0 == " " }.count))
            }
            var variables = Self.variables(in: lines)
            if file.path == Self.table {
                for (index, line) in lines.enumerated() {
                    if let setting = Self.setting(beginning: line) { variables[setting] = index }
                }
            }
            for (name, index) in variables.sorted(by: { $0.key < $1.key }) {
                if listed[name] == nil, named.insert(name).inserted {
                    findings.append(
                        file.finding(index, "\(name) is not in \(Self.path): add it with default and sentence"))
                }
                named.insert(name)
            }
        }
        for (name, index) in listed.sorted(by: { $0.key < $1.key }) where !named.contains(name) {
            findings.append(
                Finding(
                    path: Self.path, line: index + 1, what: "no code in Sources names \(name): remove it, or read it"))
        }
        return findings
    }

    /// The variables that are named, each with the index of the first line that does.
    private static func variables(in lines: [String]) -> [String: Int] {
        var found: [String: Int] = [:]
        for (index, line) in lines.enumerated() {
            for word in line.words
            where found[word] == nil && prefixes.contains(where: word.hasPrefix) && isWhole(word) {
                found[word] = index
            }
        }
        return found
    }

    /// Not the beginning of a name (`KEYWARD_`), nor a name with something else in it (`KEYWARD_…`).
    private static func isWhole(_ word: String) -> Bool {
        word.last != "_" && word.allSatisfy { $0 == "_" || $0.isASCII && ($0.isUppercase || $0.isNumber) }
    }

    /// The variable of the setting whose row begins on this line; nil when none does.
    private static func setting(beginning line: String) -> String? {
        let parts = line.split(separator: "\"", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].allSatisfy({ $0 == " " }), parts[2].hasPrefix(","), !parts[1].isEmpty,
            parts[1].allSatisfy({ $0 == "-" || $0.isASCII && $0.isLowercase })
        else { return nil }
        return "KEYWARD_" + parts[1].replacing("-", with: "_").uppercased()
    }
}
