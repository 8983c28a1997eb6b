import FoundationEssentials
import Server

// How the text of a flag or a variable becomes a value. Only plain decimal digits are a number: no sign, no space, no
// separator.

extension Int {
    init(_ text: String, in range: ClosedRange<Int>) throws(BadValue) {
        guard text.utf8.allSatisfy(\.isDigit), let number = Int(text), range.contains(number) else {
            throw BadValue("is out of range; give a number from \(range.lowerBound) to \(range.upperBound)")
        }
        self = number
    }

    /// `2097152`, `2048KiB`, `2MiB`: bytes, from 1 to 1 GiB.
    init(size text: String) throws(BadValue) {
        let units = ["": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30]
        guard let size = Int(text, units: units), (1...1 << 30).contains(size) else {
            throw BadValue("is no size; give bytes, or a whole number with KiB, MiB or GiB, from 1 to 1GiB")
        }
        self = size
    }

    /// The same, or nothing for `none`.
    init?(sizeOrNone text: String) throws(BadValue) {
        guard text != "none" else { return nil }
        do throws(BadValue) {
            try self.init(size: text)
        } catch {
            throw BadValue("\(error.complaint), or none")
        }
    }

    fileprivate init?(_ text: String, units: [String: Int]) {
        let digits = text.prefix { $0.utf8.allSatisfy(\.isDigit) }
        guard let unit = units[String(text[digits.endIndex...])], let number = Int(digits) else { return nil }
        let (product, overflows) = number.multipliedReportingOverflow(by: unit)
        if overflows { return nil }
        self = product
    }
}

extension Duration {
    /// `500ms`, `10s`, `2m`, `1h`: from 1 ms to 24 h. The unit is a must: a bare `10` leaves too much to guess.
    init(timeout text: String) throws(BadValue) {
        let units = ["ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000]
        guard let milliseconds = Int(text, units: units), (1...86_400_000).contains(milliseconds) else {
            throw BadValue("is no time-out; give a whole number with ms, s, m or h, such as 10s, from 1ms to 24h")
        }
        self = .milliseconds(milliseconds)
    }
}

extension UInt16 {
    init(port text: String) throws(BadValue) {
        // Kubernetes links every pod to a Service by variables; for one called "keyward" it sets KEYWARD_PORT.
        if text.hasPrefix("tcp://") { throw BadValue("is no port; \(kubernetesRemedy)") }
        guard text.utf8.allSatisfy(\.isDigit), let port = UInt16(text) else {
            throw BadValue("is no port; give a number from 0 to 65535")
        }
        self = port
    }
}

extension String {
    /// The path of a file that is named by it, or by a URL of this machine (RFC 8089): `file:///etc/a%20b`.
    init(pathOrFileURL text: String) throws(BadValue) {
        guard text.contains("://") || text.lowercased().hasPrefix("file:") else {
            self = text
            return
        }
        guard let url = URL(string: text), url.scheme?.lowercased() == "file",
            ["", "localhost"].contains(url.host() ?? ""), url.query() == nil, url.fragment() == nil
        else { throw BadValue("is no file of this machine; give a path, or a URL that begins with file:///") }
        self = url.path(percentEncoded: false)
        guard hasPrefix("/"), !utf8.contains(0) else {
            throw BadValue("is a URL without an absolute path; give one that begins with file:///")
        }
    }
}

extension Settings.StoreLocation {
    init(_ text: String) throws(BadValue) {
        if text.hasPrefix("postgres://") || text.hasPrefix("postgresql://") {
            throw BadValue("is a PostgreSQL store, which comes later; give a folder or memory:")
        }
        if text == "memory:" {
            self = .memory
        } else if text.hasPrefix("memory:") || text.contains("://") {
            throw BadValue("is no store; give a folder or memory:")
        } else {
            self = .folder(text)
        }
    }
}

extension Settings.AuditLocation {
    init(_ text: String) throws(BadValue) {
        switch text {
        case "none": self = .none
        case "stdout": self = .standardOutput
        case "-", "stderr": throw BadValue("is no audit log; give none, stdout or a file")
        case _ where text.contains("://"): throw BadValue("is no audit log; give none, stdout or a file")
        default: self = .file(text)
        }
    }
}

/// What to do about variables that Kubernetes sets for a Service called `keyward`.
let kubernetesRemedy =
    "Kubernetes sets it for a Service named keyward: put enableServiceLinks: false into the pod's spec"

extension UInt8 {
    fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}
