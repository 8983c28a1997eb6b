/// Which modules each room may import. Arrows only point down: `Transport`, `Vault`, `FHIR` and `Telemetry` know no
/// room of ours but `JSON`, and what is not in a room's row does not enter it.
struct ImportTable {
    /// A room without a row is a finding too: it is to be thought about.
    let rows: [String: Set<String>]
    /// What every room may import.
    let everywhere: Set<String>

    static let house = ImportTable(
        rows: [
            "JSON": [],
            "Transport": ["CLinux", "CTLS"],
            "Telemetry": ["Logging"],
            "FHIR": ["JSON"],
            "Vault": ["JSON", "COpenSSL"],
            "HTTP": ["Transport", "CZlib"],
            "Storage": ["FHIR", "JSON", "CZlib"],
            "Access": ["FHIR", "Vault"],
            "Server": [
                "Transport", "HTTP", "JSON", "FHIR", "Vault", "Storage", "Access", "Telemetry", "Logging",
            ],
            "keyward": [
                "CLinux", "Server", "Vault", "Storage", "HTTP", "Telemetry", "JSON", "Logging", "ArgumentParser",
            ],
            // Below Fuzz.
            "Invariants": ["Access", "FHIR", "HTTP", "JSON", "Transport", "Vault"],
            "Target": ["Invariants"],
        ],
        // SwiftOverlayShims shares glibc's `timespec`, and the compiler may take it for the owner.
        everywhere: ["Glibc", "SwiftOverlayShims", "Dispatch", "Synchronization", "FoundationEssentials"])

    func findings(in file: SourceFile) -> [Finding] {
        guard ["Sources", "Fuzz"].contains(file.area) else { return [] }
        guard let row = rows[file.room] else {
            return [file.finding(0, "the room \(file.room) has no row in ImportTable: say there what it may import")]
        }
        return file.text.code.enumerated().compactMap { index, line in
            guard let module = Self.module(importedBy: line), !row.contains(module), !everywhere.contains(module) else {
                return nil
            }
            let remedy =
                module == "Foundation"
                ? "import FoundationEssentials: Foundation drags ICU into the binary"
                : "meet in Server, or argue for the arrow in ImportTable"
            return file.finding(index, "\(file.room) may not import \(module): \(remedy)")
        }
    }

    /// `package import struct HTTP.Limits` → HTTP.
    static func module(importedBy line: String) -> String? {
        let words = line.words
        guard let at = words.firstIndex(of: "import"), line.count(ofPhrase: ".import") == 0 else { return nil }
        let modifiers: Set<String> = [
            "package", "internal", "private", "fileprivate", "testable", "preconcurrency", "_exported",
            "_implementationOnly", "public",
        ]
        guard words[..<at].allSatisfy(modifiers.contains) else { return nil }
        let kinds: Set<String> = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
        return words[(at + 1)...].first { !kinds.contains($0) }
    }
}
