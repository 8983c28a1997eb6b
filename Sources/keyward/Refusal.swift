/// Why the program will not do what it was asked, in one line for standard error.
struct Refusal: Error, Equatable {
    let status: ExitStatus
    /// Names the setting as it was spelt, its value, and what to do.
    let line: String

    /// Whatever a value holds, the line stays one: control and format characters are escaped.
    init(_ status: ExitStatus, _ line: String) {
        self.status = status
        self.line = line.onOneLine
    }
}

extension String {
    /// The text with everything escaped that could end the line or command a terminal.
    var onOneLine: String {
        unicodeScalars.reduce(into: "") { line, scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: line += scalar.escaped(asASCII: true)
            default: line.unicodeScalars.append(scalar)
            }
        }
    }
}
