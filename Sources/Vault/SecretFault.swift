/// Why a file is no secret now. None of these carries a byte of the file.
package enum SecretFault: Error, Equatable, Sendable {
    case missing
    case unreadable(Errno)
    case notAFile(FileIdentity.Kind)
    /// `finalPath` is what the path of the config resolves to.
    case outsideRoots(finalPath: String)
    case empty
    case containsNUL
    case noValue
    case tooLong
    /// It changed while it was read, at every attempt.
    case unstable

    /// A stable word for logs, metrics and scripts.
    package var code: String {
        switch self {
        case .missing: "file-missing"
        case .unreadable: "file-unreadable"
        case .notAFile: "not-a-file"
        case .outsideRoots: "outside-roots"
        case .empty: "empty"
        case .containsNUL: "contains-nul"
        case .noValue: "no-value"
        case .tooLong: "too-long"
        case .unstable: "unstable"
        }
    }

    /// What is wrong with the file at `path`, and what to do about it.
    package func explanation(path: String) -> (what: String, remedy: String) {
        switch self {
        case .missing:
            ("there is no file at \(path)", "mount the volume that delivers it, or correct `path` in the vault config")
        case .unreadable(let error) where error.isDenied:
            (
                "\(path) cannot be read (\(error.description))",
                "let the user that runs keyward read it and enter its folders"
            )
        case .unreadable(let error) where error.isExhaustion:
            (
                "\(path) cannot be read (\(error.description))",
                "raise the limit of the process, or lower its connections"
            )
        case .unreadable(let error):
            ("\(path) cannot be read (\(error.description))", "look at the volume and at the path")
        case .notAFile(let kind):
            (
                "\(path) is \(Self.name(of: kind)) and not a regular file",
                "point `path` to the file that holds the value"
            )
        case .outsideRoots(let finalPath):
            ("\(path) resolves to \(finalPath), below none of `roots`", "deliver it below a root, or add its root")
        case .empty:
            ("\(path) is empty", "write the value into it")
        case .containsNUL:
            ("\(path) holds a NUL byte, so it is binary or UTF-16", "write the value as plain text")
        case .noValue:
            (
                "\(path) holds the word that a template writes for a missing value",
                "give the secret a value at its source"
            )
        case .tooLong:
            (
                "\(path) is longer than \(SecretReader.limit) bytes",
                "point `path` to the file that holds the value alone"
            )
        case .unstable:
            ("\(path) changed each time it was read", "have it replaced by renaming a finished file over it")
        }
    }

    private static func name(of kind: FileIdentity.Kind) -> String {
        switch kind {
        case .regular: "a file"
        case .folder: "a folder"
        case .fifo: "a FIFO"
        case .socket: "a socket"
        case .device: "a device"
        case .other: "something else"
        }
    }
}
