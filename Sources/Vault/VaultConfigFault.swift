/// One thing wrong in a vault config.
package struct VaultConfigFault: Equatable, Sendable, CustomStringConvertible {
    /// Stable words for logs, metrics and scripts: a closed set.
    package enum Code: String, Sendable, CaseIterable {
        case unreadable = "config-unreadable"
        case tooLarge = "config-too-large"
        case notJSON = "config-not-json"
        case duplicateName = "config-duplicate-name"
        case unknownMember = "config-unknown-member"
        case missingMember = "config-missing-member"
        /// A value of another kind than the member takes.
        case badValue = "config-bad-value"
        case badScope = "config-bad-scope"
        /// The config would shut root out.
        case rootSecret = "config-root-secret"
    }

    package let code: Code
    /// A JSON path, as in `$.secret['client-secret'].scope[0].id`; for what is no JSON, the line and the column.
    package let place: String
    package let what: String
    package let remedy: String

    package init(_ code: Code, at place: String, what: String, remedy: String) {
        self.code = code
        self.place = place
        self.what = what
        self.remedy = remedy
    }

    package var description: String { "\(place): \(what); \(remedy)" }
}

/// Everything wrong in a vault config, in the order of the file. Nothing of such a config takes effect.
package struct VaultConfigFaults: Error, Equatable, Sendable, CustomStringConvertible {
    /// At least one.
    package let faults: [VaultConfigFault]

    package init(_ faults: [VaultConfigFault]) {
        self.faults = faults
    }

    package var description: String { faults.map(\.description).joined(separator: "\n") }
}

/// A place in a JSON document.
struct JSONPath {
    private(set) var text = "$"

    func member(_ name: String) -> JSONPath {
        let isPlain =
            !name.isEmpty && name.utf8.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit || $0 == UInt8(ascii: "_") }
        if isPlain { return JSONPath(text: "\(text).\(name)") }
        let escaped = name.unicodeScalars.map { scalar in
            switch scalar {
            case "'", "\\": "\\\(scalar)"
            case _ where scalar.properties.generalCategory == .control: "\\u{\(String(scalar.value, radix: 16))}"
            default: "\(scalar)"
            }
        }
        return JSONPath(text: "\(text)['\(escaped.joined())']")
    }

    func element(_ index: Int) -> JSONPath {
        JSONPath(text: "\(text)[\(index)]")
    }
}
