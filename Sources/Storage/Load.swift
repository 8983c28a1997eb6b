import FHIR
import JSON

/// How far filling a store from lines of JSON has come.
package struct LoadReport: Sendable, Equatable {
    /// Up to this line, from 1, every one is stored, unchanged, bad or empty; 0 before the first.
    package internal(set) var lines = 0
    /// Lines that were stored, each durable; some may be behind `lines`.
    package internal(set) var loaded = 0
    /// Lines whose resource was there already, as they have it.
    package internal(set) var unchanged = 0
    package internal(set) var bad = 0

    package init() {}
}

/// A line that was not loaded, and why.
package struct BadLine: Sendable, Equatable {
    /// From 1.
    package let line: Int
    package let reason: String
}

/// Fills a store from lines, one resource's JSON with `resourceType` and `id` each, which count in their order.
///
/// * A resource that is there as its line has it stays as it is. Any other gets a next version. `meta.versionId` and
///   `meta.lastUpdated` of the line do not count. So a load that was ended, however, goes on when the same lines are
///   loaded again.
/// * A bad line is reported and passed over, and every good one is stored: nothing is lost for a fault elsewhere.
/// * What is held in memory beside the store: a window of lines, 256 or 4 MiB, that are committed at once, and a line,
///   which is bad when it has more than 64 MiB.
package struct Load {
    private let store: any ResourceStore
    private let nesting: Int
    private let limits: Limits
    private let found: (BadLine) -> Void
    private var splitter = LineSplitter()
    /// No two have one key: the lines of one key count in their order.
    private var window: [ResourceKey: Change] = [:]
    private var windowBytes = 0
    /// Lines that were taken, and the first of them that is in the window.
    private var number = 0
    private var firstInWindow = 0
    /// The line that is being read is longer than any may be.
    private var isPassingOver = false
    private var counts = LoadReport()

    package struct Limits: Sendable {
        /// Lines, and bytes of lines, that are committed at once.
        var window = 256
        var windowBytes = 4 << 20
        /// The most bytes a line may have.
        var line = 64 << 20

        package init() {}
    }

    /// - Parameters:
    ///   - nesting: depth of arrays and objects in a line.
    ///   - found: hears of each bad line at once.
    package init(
        into store: any ResourceStore, nesting: Int, limits: Limits = Limits(), found: @escaping (BadLine) -> Void
    ) {
        self.store = store
        self.nesting = nesting
        self.limits = limits
        self.found = found
    }

    package var report: LoadReport {
        var report = counts
        report.lines = window.isEmpty ? number : firstInWindow - 1
        return report
    }

    /// Takes the next bytes, of any number.
    ///
    /// - Throws: what a commit throws when the store cannot write. That is the end; `report` says what is stored.
    package mutating func take(_ piece: [UInt8]) async throws(StorageError) {
        splitter.append(piece)
        while let line = splitter.next() { try await take(line: line) }
        guard splitter.restCount > limits.line else { return }
        if !isPassingOver { refuse("longer than \(limits.line) bytes", line: number + 1) }
        isPassingOver = true
        splitter = LineSplitter()
    }

    /// Stores what was taken, but for a line that is not whole: here a load may end, and be gone on with.
    package mutating func settle() async throws(StorageError) {
        let results = await commitAll()
        counts.loaded += results.count { $0.error == nil }
        for result in results where result.error == nil { window[result.key] = nil }
        if let error = results.compactMap(\.error).first { throw error }
        windowBytes = 0
    }

    /// The end of the lines, of which the last one may lack its newline.
    package mutating func finish() async throws(StorageError) {
        if splitter.restCount > 0 || isPassingOver { try await take([Journal.newline]) }
        try await settle()
    }

    private mutating func take(line: [UInt8]) async throws(StorageError) {
        number += 1
        if isPassingOver {
            isPassingOver = false
            return
        }
        if line.allSatisfy(\.isBlank) { return }
        let change: Change
        do throws(LineFault) {
            change = try Self.put(line, nesting: nesting)
        } catch {
            return refuse(error.reason, line: number)
        }
        if window[change.key] != nil || window.count >= limits.window || windowBytes >= limits.windowBytes {
            try await settle()
        }
        if store.holds(change) {
            counts.unchanged += 1
            return
        }
        if window.isEmpty { firstInWindow = number }
        window[change.key] = change
        windowBytes += line.count
    }

    private mutating func refuse(_ reason: String, line: Int) {
        counts.bad += 1
        found(BadLine(line: line, reason: reason))
    }

    private static func put(_ line: [UInt8], nesting: Int) throws(LineFault) -> Change {
        let value: JSONValue
        do {
            value = try JSONValue.parse(line.span, maximumDepth: nesting)
        } catch {
            throw LineFault(reason: "column \(error.column): \(error.fault)")
        }
        guard let object = value.object else {
            throw LineFault(reason: "not a JSON object; write one resource a line")
        }
        do {
            return try Change.put(try Resource(object))
        } catch {
            throw LineFault(reason: "\(error)")
        }
    }

    private func commitAll() async -> [(key: ResourceKey, error: StorageError?)] {
        await withTaskGroup(of: (key: ResourceKey, error: StorageError?).self) { [store] group in
            for change in window.values {
                group.addTask {
                    do throws(StorageError) {
                        _ = try await store.commit(change)
                        return (change.key, nil)
                    } catch {
                        return (change.key, error)
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
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
