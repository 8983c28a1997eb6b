/// One Swift file of the repository, and where it stands in it.
struct SourceFile {
    /// From the top of the repository: `Sources/Vault/Scope.swift`.
    let path: String
    let text: SwiftText

    init(path: String, _ text: String) {
        self.path = path
        self.text = SwiftText(text)
    }

    /// `Sources`, `Tests`, `Benchmarks` or `Package.swift`.
    var area: String { components.first ?? "" }
    /// The target: `Vault`, `VaultTests`.
    var room: String { components.count > 2 ? components[1] : "" }
    /// The file's name without `.swift`.
    var stem: String { String((components.last ?? "").prefix { $0 != "." }) }

    private var components: [String] { path.split(separator: "/").map(String.init) }

    func finding(_ index: Int, _ what: String) -> Finding {
        Finding(path: path, line: index + 1, what: what)
    }
}

extension String {
    /// How often `phrase` stands in this line as words of its own: where it begins or ends with a letter, no letter,
    /// digit or `_` may touch it there. (`print(` is not in `fingerprint(`.)
    func count(ofPhrase phrase: String) -> Int {
        let text = Array(utf8)
        let wanted = Array(phrase.utf8)
        guard let first = wanted.first, let last = wanted.last, text.count >= wanted.count else { return 0 }
        var count = 0
        for start in 0...(text.count - wanted.count)
        where text[start] == first && text[start..<start + wanted.count].elementsEqual(wanted) {
            let end = start + wanted.count
            let touchesBefore = first.isWord && start > 0 && text[start - 1].isWord
            let touchesAfter = last.isWord && end < text.count && text[end].isWord
            if !touchesBefore && !touchesAfter { count += 1 }
        }
        return count
    }

    /// The identifiers and numbers of this line, in order.
    var words: [String] {
        utf8.split { !$0.isWord }.map { String(decoding: Array($0), as: UTF8.self) }
    }
}

extension UInt8 {
    /// Of an identifier: a letter, a digit, `_`, or any byte beyond ASCII.
    var isWord: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 128...:
            true
        default: false
        }
    }
}
