import Foundation
import Testing

/// The repository that this file was compiled in.
struct Repository {
    let root: URL

    init(file: String = #filePath) {
        root = URL(fileURLWithPath: file).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
    }

    /// The text of a file; throws when it is not there.
    func text(_ path: String) throws -> String {
        try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
    }

    /// The Swift files below the folders, without hidden ones (build products), in order of their paths.
    func swiftFiles(below folders: [String]) throws -> [SourceFile] {
        var files: [SourceFile] = []
        for folder in folders {
            let top = root.appendingPathComponent(folder)
            let found = FileManager.default.enumerator(
                at: top, includingPropertiesForKeys: nil, options: .skipsHiddenFiles)
            for case let file as URL in try #require(found) where file.pathExtension == "swift" {
                let path = folder + file.path.dropFirst(top.path.count)
                files.append(SourceFile(path: path, try String(contentsOf: file, encoding: .utf8)))
            }
        }
        return files.sorted { $0.path < $1.path }
    }
}
