import Foundation
import Testing

/// A reader that knows docs/store.md and nothing of the program's own.
enum StoreReader {
    /// What it prints of a store: the current version of every resource, as `keyward store dump` does.
    static func read(_ folder: String) throws -> String {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("StoreReader/read_store.py").path
        let report = try ChildProcess.run(["/usr/bin/env", "python3", script, folder])
        #expect(report.status == 0, "\(report.errors)")
        return report.output
    }
}
