import Foundation
import Glibc

/// The program under test, in the folder where the running test bundle was built.
enum KeywardBinary {
    static let given = ProcessInfo.processInfo.environment["KEYWARD_BINARY"]

    /// Another one where `KEYWARD_BINARY` names it.
    static func path() throws -> String {
        if let given { return given }
        let executable = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        let sourceRoot = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let candidates =
            [executable, CommandLine.arguments.first ?? "", Bundle.main.bundlePath].flatMap { path in
                let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
                return [folder, folder.deletingLastPathComponent(), URL(fileURLWithPath: path)]
            } + [sourceRoot.appendingPathComponent(".build/debug")]
        for folder in candidates {
            let path = folder.appendingPathComponent("keyward").path
            var isFolder: ObjCBool = false
            if unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue,
                FileManager.default.isExecutableFile(atPath: path)
            {
                return path
            }
        }
        throw HarnessFault("no keyward beside \(executable); build it first: swift build --build-tests")
    }

    /// The words that start keyward as someone whom file permissions stop: root without its right to pass them by.
    static func boundByPermissions() throws -> [String] {
        guard getuid() == 0 else { return [try path()] }
        let rights = "-dac_override,-dac_read_search"
        return ["/usr/bin/setpriv", "--bounding-set=\(rights)", "--inh-caps=\(rights)", try path()]
    }

    /// Whether `boundByPermissions` can be had on this machine.
    static var canBeBound: Bool {
        getuid() != 0 || FileManager.default.isExecutableFile(atPath: "/usr/bin/setpriv")
    }

    /// The environment without any setting of keyward's.
    static func environment(adding more: [String: String] = [:]) -> [String: String] {
        let prefixes = ["KEYWARD_", "BOX_", "AIDBOX_"]
        let clean = ProcessInfo.processInfo.environment.filter { name, _ in !prefixes.contains(where: name.hasPrefix) }
        return clean.merging(Sanitizer.environment) { $1 }.merging(more) { $1 }
    }
}
