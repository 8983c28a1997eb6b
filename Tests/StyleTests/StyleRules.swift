/// The house's style as rules that a machine can check: text in, findings out, no disk.
///
/// A rule that stands in the way of better code is changed here, in the open, together with that code.
struct StyleRules {
    /// Words of code that no file may hold, and what to write instead.
    var phrases = Phrase.house
    /// Which modules each room may import.
    var imports = ImportTable.house
    /// How often each file may say `unsafe`.
    var unsafeBudget = UnsafeBudget.house

    /// Everything there is to say about one file.
    func findings(in file: SourceFile) -> [Finding] {
        size(of: file) + phrases.flatMap { $0.findings(in: file) } + markers(in: file) + names(in: file)
            + documentation(in: file) + imports.findings(in: file) + unsafeBudget.findings(in: file)
    }

    // MARK: size

    static let columns = 120
    static let linesOfSource = 300
    static let linesOfTest = 400

    func size(of file: SourceFile) -> [Finding] {
        var findings: [Finding] = []
        let limit = file.area == "Sources" ? Self.linesOfSource : Self.linesOfTest
        if file.text.raw.count > limit {
            findings.append(
                file.finding(limit, "\(file.text.raw.count) lines, more than \(limit): give one noun a file of its own")
            )
        }
        for (index, line) in file.text.raw.enumerated() where line.count > Self.columns {
            findings.append(file.finding(index, "\(line.count) columns, more than \(Self.columns): break the line"))
        }
        return findings
    }

    // MARK: markers

    func markers(in file: SourceFile) -> [Finding] {
        file.text.comments.enumerated().flatMap { index, line in
            ["TODO", "FIXME", "XXX"].filter { line.count(ofPhrase: $0) > 0 }.map {
                file.finding(index, "\($0): do it, or file an issue and say here what is true now")
            }
        }
    }

    // MARK: names

    /// Last words of a name that say nothing about what the thing is.
    static let emptyWords: Set<String> = [
        "Manager", "Helper", "Helpers", "Util", "Utils", "Utility", "Utilities", "Common", "Base", "Impl", "Data",
        "Info",
    ]
    static let declarators: Set<String> = ["struct", "class", "enum", "protocol", "actor", "typealias"]

    func names(in file: SourceFile) -> [Finding] {
        var findings: [Finding] = []
        if let reason = Self.fault(ofName: file.stem) {
            findings.append(file.finding(0, "the file's name \(file.stem) \(reason)"))
        }
        for (index, line) in file.text.code.enumerated() {
            let words = line.words
            for (word, name) in zip(words, words.dropFirst()) where Self.declarators.contains(word) {
                if let reason = Self.fault(ofName: name) {
                    findings.append(file.finding(index, "\(name) \(reason)"))
                }
            }
        }
        return findings
    }

    /// Why a name is none, as the end of a sentence; nil when it is one.
    static func fault(ofName name: String) -> String? {
        let words = camelWords(name)
        if let last = words.last, emptyWords.contains(last) {
            return "ends with \(last): name what it is or does"
        }
        if words.count > 1, words.first == "New" {
            return "begins with New: name what is new about it"
        }
        if let last = words.last, last.hasSuffix("2"), last.contains(where: \.isLowercase) {
            return "ends with 2: say what makes it another one"
        }
        return nil
    }

    /// `VaultConfig` → Vault, Config. A run of capitals stays together with what follows: `HTTPData` → HTTPData is
    /// split before the last capital that a small letter follows, into HTTP and Data.
    static func camelWords(_ name: String) -> [String] {
        var words: [String] = []
        let letters = Array(name)
        for (index, letter) in letters.enumerated() {
            let afterSmall = index > 0 && !letters[index - 1].isUppercase
            let beforeSmall = index + 1 < letters.count && letters[index + 1].isLowercase
            if words.isEmpty || letter.isUppercase && (afterSmall || beforeSmall) {
                words.append(String(letter))
            } else {
                words[words.count - 1].append(letter)
            }
        }
        return words
    }

    // MARK: documentation

    /// A type that other rooms see says what it is.
    func documentation(in file: SourceFile) -> [Finding] {
        guard file.area == "Sources" else { return [] }
        let types: Set<String> = ["struct", "class", "enum", "protocol", "actor"]
        return file.text.code.enumerated().compactMap { index, line in
            guard line.hasPrefix("package "), !types.isDisjoint(with: line.words.prefix(4)) else { return nil }
            var above = index - 1
            while above >= 0, file.text.code[above].hasPrefix("@") { above -= 1 }
            guard above < 0 || !file.text.comments[above].hasPrefix("///") else { return nil }
            return file.finding(index, "a package type without a doc comment: say what it is, its units, how it fails")
        }
    }
}
