import Foundation

/// A folder of its own for one test; it goes with the test.
final class Scratch: Sendable {
    let path: String

    init() throws {
        path = URL(filePath: NSTemporaryDirectory()).appending(path: "server-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of `name` in the folder, whether there is such a file or not.
    func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

    /// Replaces the file by a rename, as those who deliver secrets should.
    @discardableResult
    func write(_ text: String, to name: String) throws -> String {
        try Data(text.utf8).write(to: URL(filePath: self(name)), options: .atomic)
        return self(name)
    }

    func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: self(name)) }

    /// The names in the folder, and in `below` of it, with how long each file is and when it was changed.
    func listing(_ below: String = "") throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: self(below)).sorted().map { name in
            let attributes = try FileManager.default.attributesOfItem(atPath: "\(self(below))/\(name)")
            return "\(name) \(attributes[.size] ?? "") \(attributes[.modificationDate] ?? "")"
        }
    }
}
