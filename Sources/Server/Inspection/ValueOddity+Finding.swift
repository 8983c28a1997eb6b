internal import Vault

extension FindingCode {
    init(_ oddity: ValueOddity) {
        self =
            switch oddity {
            case .notUTF8: .notUTF8
            case .byteOrderMark: .byteOrderMark
            case .carriageReturn: .carriageReturn
            case .windowsEnding: .windowsEnding
            case .lineBreak: .lineBreak
            case .controlCharacter: .controlCharacter
            case .outerWhiteSpace: .outerWhiteSpace
            }
    }
}

// What to tell of a value, of which not one byte may be told.
extension ValueOddity {
    var what: String {
        switch self {
        case .notUTF8: "the value is not UTF-8, so that nobody can present it as a password"
        case .byteOrderMark: "the value begins with a byte order mark, which counts as a part of it"
        case .carriageReturn: "the value holds a carriage return, so that nobody can present it as a password"
        case .windowsEnding:
            "the file ends with a carriage return and a line feed: neither counts here, but others may read the first"
        case .lineBreak:
            "the value holds a line break, one at its end not counted, so that nobody can present it as a password"
        case .controlCharacter: "the value holds a control character, so that nobody can present it as a password"
        case .outerWhiteSpace: "the value begins or ends with white space, which counts as a part of it"
        }
    }

    var remedy: String {
        switch self {
        case .notUTF8: "write the value as text in UTF-8, binary keys in base64"
        case .byteOrderMark: "save the file as UTF-8 without a byte order mark"
        case .carriageReturn, .windowsEnding: "save the file with Unix line endings, best with none at all: printf %s"
        case .lineBreak: "write the value alone into the file, without a line break: printf %s"
        case .controlCharacter: "write the value as plain text"
        case .outerWhiteSpace: "remove it, unless it is meant"
        }
    }
}
