import Foundation
import Glibc

/// Secrets that are recognised wherever they turn up, as they are or in base64: each kind begins with a stem of its
/// own, of letters and digits alone, which JSON, URLs and logs write as they are.
enum Marker: String, CaseIterable {
    /// Passwords that were presented, values that were rotated away, files that are no secrets: nowhere, not in memory
    /// either.
    case gone = "kWgOnE7xQ2"
    /// Values that a file holds now: in the server's memory and nowhere else, and in base64 not even there.
    case inForce = "kWfOrCe8yR3"
    /// What the server has to read as text, such as a literal secret in JSON: never written, but a text in memory
    /// cannot be overwritten.
    case text = "kWtExT9zS4"

    /// One secret of this kind. The exclamation mark keeps it from being a well-formed id.
    func callAsFunction(_ name: String) -> String { "\(rawValue)!\(name)" }

    var plain: Needle { Needle(name: "\(self)", bytes: Array(rawValue.utf8)) }

    /// The stem in base64 behind 0, 1 and 2 other bytes: those characters that it alone decides.
    var encoded: [Needle] {
        (0...2).map { before in
            let bytes = [UInt8](repeating: 0, count: before) + Array(rawValue.utf8)
            let text = Array(Data(bytes).base64EncodedString().utf8)
            return Needle(
                name: "\(self) in base64 at \(before)",
                bytes: Array(text[((before * 8 + 5) / 6)..<(bytes.count * 8 / 6)]))
        }
    }

    static var anywhere: [Needle] { allCases.flatMap { [$0.plain] + $0.encoded } }
}

/// Bytes to look for.
struct Needle {
    let name: String
    let bytes: [UInt8]

    /// Every place in `hay` that holds them, each with what stands around it.
    func places(in hay: UnsafeRawBufferPointer) -> [String] {
        var found: [String] = []
        var start = 0
        while start + bytes.count <= hay.count, let base = hay.baseAddress,
            let first = unsafe memchr(base + start, Int32(bytes[0]), hay.count - start)
        {
            let at = unsafe UnsafeRawPointer(first) - base
            start = at + 1
            guard at + bytes.count <= hay.count, unsafe memcmp(first, bytes, bytes.count) == 0 else { continue }
            let around = unsafe hay[max(0, at - 30)..<min(hay.count, at + 70)]
            let text = unsafe around.map { (0x20...0x7e).contains($0) ? Character(UnicodeScalar($0)) : "·" }
            found.append("\(name): \(String(text))")
        }
        return found
    }
}

/// All that a server wrote, by the place it wrote it to.
struct Sinks {
    private(set) var contents: [(name: String, bytes: [UInt8])] = []

    mutating func add(_ name: String, _ bytes: [UInt8]) { contents.append((name, bytes)) }
    mutating func add(_ name: String, _ text: String) { add(name, Array(text.utf8)) }
    mutating func add(filesBelow path: String) { for file in filesBelow(path) { add(file.name, Array(file.bytes)) } }

    /// Where a marked secret is.
    var leaks: [String] {
        contents.flatMap { sink in
            unsafe sink.bytes.withUnsafeBytes { hay in
                Marker.anywhere.flatMap { unsafe $0.places(in: hay) }.map { "\(sink.name) holds \($0)" }
            }
        }
    }
}
