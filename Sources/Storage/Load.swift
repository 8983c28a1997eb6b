import FHIR
import JSON

/// What filling a store from lines of JSON did.
package struct LoadReport: Sendable, Equatable {
    /// A line that was not loaded, and why.
    package struct BadLine: Sendable, Equatable {
        /// From 1.
        package let line: Int
        package let reason: String
    }

    /// Lines that were stored, each durable.
    package fileprivate(set) var loaded = 0
    package fileprivate(set) var bad: [BadLine] = []
}

/// Lines whose resources are committed at once.
private let loadWindow = 256

extension ResourceStore {
    /// Stores each line of `input`, one resource's JSON with `resourceType` and `id`, as a put. A resource that is
    /// there gets a next version; `meta.versionId` and `meta.lastUpdated` of the line do not count. Empty lines are no
    /// lines.
    ///
    /// A bad line is reported and passed over, and every good one is stored: nothing is lost for a fault elsewhere, and
    /// loading the mended lines alone completes it.
    ///
    /// - Parameters:
    ///   - nesting: depth of arrays and objects in a line.
    ///   - input: the next bytes, in pieces of any size; none at the end.
    /// - Throws: what a commit throws when the store cannot write, and what `input` throws; lines before may be stored.
    package func load(nesting: Int, input: () throws(StorageError) -> [UInt8]) async throws(StorageError) -> LoadReport
    {
        var report = LoadReport()
        var splitter = LineSplitter()
        var window: [ResourceKey: Change] = [:]
        var number = 0
        while true {
            let piece = try input()
            // The last line may lack its newline.
            splitter.append(piece.isEmpty ? [Journal.newline] : piece)
            while let line = splitter.next() {
                number += 1
                if line.allSatisfy(\.isBlank) { continue }
                switch Self.put(line, nesting: nesting) {
                case .success(let change):
                    // A window is committed at once. The lines of one key count in their order, so none has two of it.
                    if window.count >= loadWindow || window[change.key] != nil {
                        report.loaded += try await commitAll(&window)
                    }
                    window[change.key] = change
                case .failure(let fault):
                    report.bad.append(LoadReport.BadLine(line: number, reason: fault.reason))
                }
            }
            if piece.isEmpty { break }
        }
        report.loaded += try await commitAll(&window)
        return report
    }

    private static func put(_ line: [UInt8], nesting: Int) -> Result<Change, LineFault> {
        let value: JSONValue
        do {
            value = try JSONValue.parse(line.span, maximumDepth: nesting)
        } catch {
            return .failure(LineFault(reason: "column \(error.column): \(error.fault)"))
        }
        guard let object = value.object else {
            return .failure(LineFault(reason: "not a JSON object; write one resource a line"))
        }
        do {
            return .success(try Change.put(try Resource(object)))
        } catch {
            return .failure(LineFault(reason: "\(error)"))
        }
    }

    /// How many were committed: all of them.
    private func commitAll(_ window: inout [ResourceKey: Change]) async throws(StorageError) -> Int {
        let results = await withTaskGroup(of: StorageError?.self) { group in
            for change in window.values {
                group.addTask {
                    do throws(StorageError) {
                        _ = try await commit(change)
                        return nil
                    } catch {
                        return error
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        window = [:]
        if let error = results.compactMap(\.self).first { throw error }
        return results.count
    }
}

private struct LineFault: Error {
    let reason: String
}

extension UInt8 {
    fileprivate var isBlank: Bool {
        [UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), Journal.newline].contains(self)
    }
}
