import Foundation

/// The system's gzip(1), which does not use zlib: what the server is held against.
enum Gzip {
    static func pack(_ text: String) throws -> [UInt8] {
        let folder = try TemporaryFolder()
        try run(["--best", "--no-name", try folder.write(text, to: "content")])
        return [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder.at("content.gz"))))
    }

    static func unpack(_ bytes: [UInt8]) throws -> String {
        let folder = try TemporaryFolder()
        try run(["--decompress", try folder.write(bytes, to: "content.gz")])
        return folder.text(of: "content")
    }

    /// One stream that unpacks to so many zero bytes.
    static func bomb(of count: UInt64) throws -> [UInt8] {
        let folder = try TemporaryFolder()
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: folder.write("", to: "content")))
        try file.truncate(atOffset: count)
        try run(["--best", "--no-name", folder.at("content")])
        return [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder.at("content.gz"))))
    }

    private static func run(_ arguments: [String]) throws {
        let report = try ChildProcess.run(["/usr/bin/gzip"] + arguments, within: .seconds(120))
        guard report.status == 0 else { throw HarnessFault("gzip: \(report.errors)") }
    }
}
