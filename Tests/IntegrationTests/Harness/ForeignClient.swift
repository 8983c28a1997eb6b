import Foundation

/// The programs that people talk to a server with. `make test` installs them; `swift test` alone takes what is there.
enum ForeignClient {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// The Python with the clients of `scripts/clients`.
    static let python = root.appendingPathComponent(".build/clients-venv/bin/python").path
    static let curl = "/usr/bin/curl"
    static let wrk = "/usr/bin/wrk"

    static func isInstalled(_ program: String) -> Bool { FileManager.default.isExecutableFile(atPath: program) }

    /// Holds the conversation of `Tests/Clients/scenario.py`, and answers what was said.
    ///
    /// - Parameters:
    ///   - client: its name there.
    ///   - url: of a server with an empty store, `Client/basic`'s secret and a root secret.
    ///   - more: what the client needs for TLS: `--ca`, `--cert`, `--key`, each with a file.
    static func converse(_ client: String, with url: String, _ more: [String] = []) throws -> ChildProcess.Report {
        let scenario = root.appendingPathComponent("Tests/Clients/scenario.py").path
        let credentials = ["--root", "root:root-value", "--basic", "basic:\(Site.secret)"]
        return try ChildProcess.run(
            [python, "-B", scenario, client, url] + credentials + more, within: .seconds(120))
    }
}
