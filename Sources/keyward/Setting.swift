/// One thing an operator can choose: its names, its default, a sentence, and how a value is read. Flags, the help text,
/// `Config/server.env` and the resolution all come from here.
struct Setting: Sendable {
    /// What the flag and the variable are made of: `max-body` gives `--max-body` and `KEYWARD_MAX_BODY`.
    let name: String
    /// Other variables read for the same setting: names that Aidbox gives it.
    let aliases: [String]
    /// What stands for the value in the help text.
    let placeholder: String
    /// The default as an operator would write it, if there is one that can be written.
    let fallback: String?
    /// What holds without a value, where `fallback` cannot say it.
    let otherwise: String
    /// One sentence, with its full stop.
    let sentence: String
    let apply: @Sendable (String, inout StartSettings) throws(BadValue) -> Void

    init(
        _ name: String, aliases: [String] = [], _ placeholder: String, default fallback: String? = nil,
        otherwise: String = "none", _ sentence: String,
        apply: @escaping @Sendable (String, inout StartSettings) throws(BadValue) -> Void
    ) {
        self.name = name
        self.aliases = aliases
        self.placeholder = placeholder
        self.fallback = fallback
        self.otherwise = otherwise
        self.sentence = sentence
        self.apply = apply
    }

    var flag: String { "--" + name }
    var variable: String { "KEYWARD_" + name.uppercased().replacing("-", with: "_") }
    var variables: [String] { [variable] + aliases }
}

/// What is wrong with a value and what would be right: `is no port; give a number from 0 to 65535`.
struct BadValue: Error {
    let complaint: String

    init(_ complaint: String) {
        self.complaint = complaint
    }
}

// The kinds of value that several settings share.
extension Setting {
    /// A whole number of some unit, within a range.
    static func number(
        _ name: String, _ field: any WritableKeyPath<StartSettings, Int> & Sendable, _ range: ClosedRange<Int>,
        default fallback: String, _ sentence: String
    ) -> Setting {
        Setting(name, "number", default: fallback, sentence) { text, settings throws(BadValue) in
            settings[keyPath: field] = try .init(text, in: range)
        }
    }

    static func number(
        _ name: String, _ field: any WritableKeyPath<StartSettings, Int?> & Sendable, _ range: ClosedRange<Int>,
        otherwise: String, _ sentence: String
    ) -> Setting {
        Setting(name, "number", otherwise: otherwise, sentence) { text, settings throws(BadValue) in
            settings[keyPath: field] = try Int(text, in: range)
        }
    }

    /// Bytes, from 1 to 1 GiB.
    static func size(
        _ name: String, _ field: any WritableKeyPath<StartSettings, Int> & Sendable, default fallback: String,
        _ sentence: String
    ) -> Setting {
        Setting(name, "size", default: fallback, sentence) { text, settings throws(BadValue) in
            settings[keyPath: field] = try Int(size: text)
        }
    }

    /// A time-out, from 1 ms to 24 h.
    static func timeout(
        _ name: String, _ field: any WritableKeyPath<StartSettings, Duration> & Sendable, default fallback: String,
        _ sentence: String
    ) -> Setting {
        Setting(name, "time", default: fallback, sentence) { text, settings throws(BadValue) in
            settings[keyPath: field] = try Duration(timeout: text)
        }
    }
}
