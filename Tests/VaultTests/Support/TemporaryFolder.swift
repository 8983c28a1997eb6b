import Foundation

/// A folder of its own for one test; it goes with the test.
final class TemporaryFolder: Sendable {
    let path: String

    /// - Parameter parent: the file system to be on.
    init(in parent: String = NSTemporaryDirectory()) throws {
        path = URL(fileURLWithPath: parent).appending(path: "vault-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// The path of `name` in the folder, whether there is such a file or not.
    func callAsFunction(_ name: String) -> String { path + "/" + name }

    @discardableResult
    func write(_ bytes: some Sequence<UInt8>, to name: String) throws -> String {
        try Data(bytes).write(to: URL(fileURLWithPath: self(name)))
        return self(name)
    }

    @discardableResult
    func makeFolder(_ name: String) throws -> String {
        try FileManager.default.createDirectory(atPath: self(name), withIntermediateDirectories: true)
        return self(name)
    }

    @discardableResult
    func link(_ name: String, to target: String) throws -> String {
        try FileManager.default.createSymbolicLink(atPath: self(name), withDestinationPath: target)
        return self(name)
    }

    func remove(_ name: String) throws {
        try FileManager.default.removeItem(atPath: self(name))
    }
}
