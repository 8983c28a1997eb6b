import Foundation
import Glibc

/// A fresh folder, removed with all that is in it when this value goes.
final class TemporaryFolder: Sendable {
    let path: String

    /// - Parameter parent: the file system to be on.
    init(in parent: String = FileManager.default.temporaryDirectory.path) throws {
        let url = URL(fileURLWithPath: parent).appendingPathComponent("keyward-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.resolvingSymlinksInPath().path
    }

    deinit {
        // What a test made unreadable is made removable first.
        unsafe chmod(path, 0o755)
        try? FileManager.default.removeItem(atPath: path)
    }

    /// The path of something in the folder.
    func at(_ name: String) -> String { "\(path)/\(name)" }

    @discardableResult
    func write(_ text: String, to name: String) throws -> String {
        try write(Array(text.utf8), to: name)
    }

    @discardableResult
    func write(_ bytes: [UInt8], to name: String) throws -> String {
        try Data(bytes).write(to: URL(fileURLWithPath: at(name)))
        return at(name)
    }

    func text(of name: String) -> String {
        String(decoding: FileManager.default.contents(atPath: at(name)) ?? Data(), as: UTF8.self)
    }
}

/// Every file below a path, with its bytes.
func filesBelow(_ path: String) -> [(name: String, bytes: Data)] {
    let names = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
    return names.compactMap { name in
        var isFolder: ObjCBool = false
        guard unsafe FileManager.default.fileExists(atPath: "\(path)/\(name)", isDirectory: &isFolder),
            !isFolder.boolValue,
            let bytes = FileManager.default.contents(atPath: "\(path)/\(name)")
        else { return nil }
        return (name, bytes)
    }
}
