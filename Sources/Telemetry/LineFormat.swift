package import Logging

/// How a log line looks.
package enum LogFormat: String, Sendable, CaseIterable {
    /// `2026-11-24T11:14:02.123Z INFO message key=value key="quoted value"`
    case text
    /// `{"time": …, "level": …, "message": …, …}`, one object a line.
    case json
}

/// Writes one record as one line, ended by a newline. Whatever a field holds, the line stays one: control characters,
/// line separators and marks that turn the direction of text are escaped, names included.
package struct LineFormat: Sendable {
    private let format: LogFormat
    let now: @Sendable () -> WallTime

    package init(_ format: LogFormat, now: @escaping @Sendable () -> WallTime = WallTime.now) {
        self.format = format
        self.now = now
    }

    /// The line of one record. Fields come sorted by name; a nested dictionary gives names joined by dots; a field
    /// called `time`, `level` or `message` gets a trailing `_`; the first of two fields of one name stays. The time is
    /// that of the call, unless it is made later than that.
    package func line(
        _ level: Logger.Level, _ message: String, _ fields: Logger.Metadata = [:], at moment: WallTime? = nil
    ) -> [UInt8] {
        var flat: [(name: String, value: Logger.MetadataValue)] = []
        Self.flatten(fields, prefix: "", into: &flat)
        flat.sort { $0.name < $1.name }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(160)
        let time = (moment ?? now()).rfc3339
        switch format {
        case .text:
            bytes += time.utf8
            bytes.append(UInt8(ascii: " "))
            bytes += level.rawValue.uppercased().utf8
            bytes.append(UInt8(ascii: " "))
            bytes.appendEscaped(message)
        case .json:
            bytes += #"{"time":""#.utf8
            bytes += time.utf8
            bytes += #"","level":""#.utf8
            bytes += level.rawValue.utf8
            bytes += #"","message":"#.utf8
            bytes.appendQuoted(message)
        }
        var last: String?
        for (name, value) in flat where name != last {
            append(name, value, to: &bytes)
            last = name
        }
        if format == .json { bytes.append(UInt8(ascii: "}")) }
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }

    private func append(_ name: String, _ value: Logger.MetadataValue, to bytes: inout [UInt8]) {
        switch format {
        case .text:
            bytes.append(UInt8(ascii: " "))
            bytes.appendWord(name)
            bytes.append(UInt8(ascii: "="))
            bytes.appendWord(value.description)
        case .json:
            bytes.append(UInt8(ascii: ","))
            bytes.appendQuoted(name)
            bytes.append(UInt8(ascii: ":"))
            bytes.appendJSON(value)
        }
    }

    private static func flatten(
        _ fields: Logger.Metadata, prefix: String, into flat: inout [(name: String, value: Logger.MetadataValue)]
    ) {
        for (key, value) in fields {
            let name = prefix + key
            if case .dictionary(let inner) = value {
                flatten(inner, prefix: name + ".", into: &flat)
            } else {
                flat.append((["time", "level", "message"].contains(name) ? name + "_" : name, value))
            }
        }
    }
}

extension [UInt8] {
    /// Numbers and truth values as such, everything else as a string.
    fileprivate mutating func appendJSON(_ value: Logger.MetadataValue) {
        switch value {
        case .string(let text):
            appendQuoted(text)
        case .stringConvertible(let value):
            switch value {
            case is any BinaryInteger, is Bool: self += value.description.utf8
            case let number as Double where number.isFinite: self += number.description.utf8
            default: appendQuoted(value.description)
            }
        case .array(let values):
            append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { append(UInt8(ascii: ",")) }
                appendJSON(value)
            }
            append(UInt8(ascii: "]"))
        case .dictionary:  // inside an array, where there is no name to join
            appendQuoted(value.description)
        }
    }

    /// The text as it is where it is plainly one word, in quotes otherwise.
    fileprivate mutating func appendWord(_ text: String) {
        let plain = text.utf8.allSatisfy { byte in
            byte > 0x20 && byte < 0x7f && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
                && byte != UInt8(ascii: "=")
        }
        if plain && !text.isEmpty { self += text.utf8 } else { appendQuoted(text) }
    }

    fileprivate mutating func appendQuoted(_ text: String) {
        append(UInt8(ascii: "\""))
        appendEscaped(text)
        append(UInt8(ascii: "\""))
    }

    /// A JSON string's inside (RFC 8259 §7), with more escaped than JSON asks for: what a terminal or a viewer could
    /// take for a new line or a command.
    fileprivate mutating func appendEscaped(_ text: String) {
        for scalar in text.unicodeScalars {
            switch scalar {
            // First what nearly every character is: the length of a line should cost next to nothing.
            case " ", "!", "#"..."[", "]"..."~": append(UInt8(truncatingIfNeeded: scalar.value))
            case "\"": self += #"\""#.utf8
            case "\\": self += #"\\"#.utf8
            case "\n": self += #"\n"#.utf8
            case "\r": self += #"\r"#.utf8
            case "\t": self += #"\t"#.utf8
            case "\0"..."\u{1f}", "\u{7f}"..."\u{9f}", "\u{200b}"..."\u{200f}", "\u{2028}"..."\u{202e}",
                "\u{2066}"..."\u{2069}", "\u{feff}":
                let digits = String(scalar.value, radix: 16)
                self += "\\u".utf8
                self += String(repeating: "0", count: 4 - digits.utf8.count).utf8
                self += digits.utf8
            default: self += UTF8.encode(scalar).map { Array($0) } ?? []
            }
        }
    }
}
