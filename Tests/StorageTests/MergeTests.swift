import FHIR
import Testing

@testable import Storage

/// A base out of another one and of what came after it.
@Suite struct MergeTests {
    /// What a merge is asked for.
    private struct Case {
        var base: [UInt8]?
        var tail: [BaseLine] = []
        var rule = HistoryRule.all
        var commits = 1_000_000
        /// By the place of the tail.
        var loaded: [Int] = []

        mutating func run(into file: TestFile = .holding([])) throws(StorageError) -> (MergeReport, [UInt8]) {
            let tail = tail
            var loaded: [Int] = []
            defer { self.loaded = loaded }
            let numbers = tail.enumerated().map { place, line in
                TailVersion(
                    sequence: line.sequence, key: line.version.key, version: line.version.version, place: place)
            }
            let report = try withoutActuallyEscaping({ (asked: TailVersion) throws(StorageError) -> StoredVersion in
                loaded.append(asked.place)
                return tail[asked.place].version
            }) { load throws(StorageError) in
                try Merge(rule: rule, tail: numbers, into: file, load: load).write(
                    over: base.map { TestFile.holding($0, named: "store/old") }, folder: "store", commits: commits,
                    time: nil, chain: Checksum())
            }
            return (report, file.content)
        }
    }

    @Test func versionsOfTheTailFindTheirPlaceInTheBase() throws {
        let small = try [BaseLine].small()
        // Before, between and behind the keys of the base, and to those it has.
        let tail = [
            try BaseLine(9, "Account/z", 1), try BaseLine(10, "Client/a", 1), try BaseLine(11, "Client/basic", 3),
            try BaseLine(12, "Client/c", 1), try BaseLine(13, "Observation/a", 11), try BaseLine(14, "Patient/a", 1),
            try BaseLine(15, "Patient/a.b", 2, body: nil), try BaseLine(16, "Patient/b", 1),
        ]
        var merge = Case(base: try small.base(), tail: tail.reversed())
        let (report, bytes) = try merge.run()
        let content = try BaseContent(bytes)
        #expect(content.flaws == [])
        let texts = content.lines.map { "\($0.version.key.text) \($0.version.version)" }
        #expect(
            texts == [
                "Account/z 1", "AidboxTopicDestination/a 1", "Client/a 1", "Client/basic 1", "Client/basic 2",
                "Client/basic 3", "Client/c 1", "Observation/A 1", "Observation/a 9", "Observation/a 10",
                "Observation/a 11", "Patient/a 1", "Patient/a.b 1", "Patient/a.b 2", "Patient/b 1",
            ])
        #expect(report == MergeReport(read: 15, kept: 15, bytes: bytes.count))
        #expect(merge.loaded == (0..<8).reversed())
    }

    @Test func whatTheEndSaysIsWhatTheCallerKnows() throws {
        let file = TestFile.holding([])
        var chain = Checksum()
        chain.add(BaseFile.header().span)
        let merge = Merge(rule: .all, tail: [], into: file) { _ throws(StorageError) in throw .overloaded(waiting: 0) }
        let report = try merge.write(
            over: nil, folder: "store", commits: 5, time: Instant(milliseconds: 17), chain: chain)
        #expect(report == MergeReport(read: 0, kept: 0, bytes: file.content.count))
        let end = BaseEnd(commits: 5, lines: 2, time: Instant(milliseconds: 17), chain: chain)
        #expect(try BaseContent(file.content).reader.end == end)
        #expect(file.disk.calls("fdatasync") == 1)
    }

    @Test func aMergeIsWhatADictionaryMakesOfIt() throws {
        for seed in 0..<300 { try checkHistory(seed: UInt64(seed)) }
    }

    /// Some rounds of commits, each with a compaction behind it, under rules that change.
    private func checkHistory(seed: UInt64) throws {
        var dice = SplitMix64(seed: seed)
        let types = ["Account", "AidboxTopicDestination", "Client", "Patient", "Person"]
        let ids = ["a", "A", "a.b", "a-b", "ab", "b", "0", String(repeating: "z", count: 64)]
        var model: [ResourceKey: [BaseLine]] = [:]
        var numbers: [ResourceKey: Int] = [:]
        var base: [UInt8]?
        var sequence = 0
        for round in 0..<Int.random(in: 1...4, using: &dice) {
            var tail: [BaseLine] = []
            for _ in 0..<Int.random(in: 0...30, using: &dice) {
                sequence += 1
                let type = types[Int.random(in: 0..<types.count, using: &dice)]
                let text = "\(type)/\(ids[Int.random(in: 0..<ids.count, using: &dice)])"
                let version = numbers[try key(text), default: 0] + 1
                numbers[try key(text)] = version
                let body = Int.random(in: 0..<4, using: &dice) == 0 ? nil : #"{"x":"\#(sequence)"}"#
                tail.append(try BaseLine(sequence, text, version, body: body))
                model[try key(text), default: []].append(tail[tail.count - 1])
            }
            let read = model.values.map(\.count).reduce(0, +)
            let limit = Int.random(in: 0...3, using: &dice)
            let rule = limit == 0 ? HistoryRule.all : .newest(limit)
            if limit > 0 { model = model.mapValues { $0.suffix(limit) } }

            var merge = Case(base: base, tail: tail.shuffled(using: &dice), rule: rule, commits: sequence)
            let (report, bytes) = try merge.run()
            let content = try BaseContent(bytes)
            let expected = model.sorted { left, right in
                (left.key.type.name, left.key.id) < (right.key.type.name, right.key.id)
            }.flatMap(\.value)
            #expect(content.flaws == [], "seed \(seed), round \(round)")
            #expect(content.lines == expected, "seed \(seed), round \(round)")
            #expect(report == MergeReport(read: read, kept: expected.count, bytes: bytes.count), "seed \(seed)")
            base = bytes
        }
    }

    @Test(arguments: [(HistoryRule.all, 1_000), (.newest(1), 1), (.newest(3), 3), (.newest(600), 600)])
    func aKeyOfAThousandVersions(_ rule: HistoryRule, _ kept: Int) throws {
        let lines = try (1...1_000).map { try BaseLine($0, "Patient/a", $0, body: $0 % 2 == 0 ? nil : "{}") }
        for split in [0, 500, 999, 1_000] {
            var merge = Case(base: try Array(lines[..<split]).base(commits: 1_000), rule: rule)
            merge.tail = [BaseLine](lines[split...])
            let (report, bytes) = try merge.run()
            let content = try BaseContent(bytes)
            #expect(content.flaws == [])
            #expect(content.lines == lines.suffix(kept))
            #expect(report == MergeReport(read: 1_000, kept: kept, bytes: bytes.count))
            // What is dropped is not even loaded.
            #expect(merge.loaded.count == min(kept, 1_000 - split))
        }
    }

    // MARK: what stops it

    private func fault(_ merge: Case, into file: TestFile = .holding([])) throws -> StorageError {
        var merge = merge
        return try #require(throws: StorageError.self) { _ = try merge.run(into: file) }
    }

    @Test func aFlawInTheBaseStopsItWhereverItIs() throws {
        let base = try [BaseLine].small().base()
        for place in base.indices {
            var changed = base
            changed[place] ^= 1
            let file = TestFile.holding([])
            guard case .damaged("store", let flaw) = try fault(Case(base: changed, rule: .newest(1)), into: file) else {
                Issue.record("byte \(place)")
                continue
            }
            #expect(flaw.file == "store/old")
            #expect(try BaseContent(file.content).reader.end == nil)
        }
        #expect(try fault(Case(base: [])).description.contains("store verify"))
    }

    @Test func whatIsInTheBaseAndInTheTailIsNotTakenTwice() throws {
        let small = try [BaseLine].small()
        for rule in [HistoryRule.all, .newest(2)] {
            let merge = Case(base: try small.base(), tail: [small[2]], rule: rule)
            #expect(
                try fault(merge).description.contains("version 2 of Client/basic is in the journal and in the base"))
        }
        #expect(try fault(Case(tail: [small[2], small[2]])).description.contains("version 2 of Client/basic"))
    }

    @Test func aCommitBehindTheLastOneMakesNoBase() throws {
        let file = TestFile.holding([])
        let merge = Case(tail: [try BaseLine(9, "Patient/a", 1)], commits: 8)
        #expect(try fault(merge, into: file).description.contains("commit 9"))
        #expect(file.content == [])
    }

    @Test func anotherVersionThanWasAskedForMakesNoBase() throws {
        let line = try BaseLine(9, "Patient/a", 2)
        for (text, version) in [("Patient/a", 1), ("Patient/b", 2)] {
            let asked = TailVersion(sequence: 9, key: try key(text), version: version, place: 0)
            let merge = Merge(rule: .all, tail: [asked], into: TestFile.holding([])) { _ in line.version }
            let error = #expect(throws: StorageError.self) {
                try merge.write(over: nil, folder: "store", commits: 9, time: nil, chain: Checksum())
            }
            #expect(error?.description.contains("was read where version \(version) of \(text) belongs") == true)
        }
    }

    @Test func whatLoadThrowsIsThrown() throws {
        let asked = TailVersion(sequence: 9, key: try key("Patient/a"), version: 1, place: 0)
        let merge = Merge(rule: .all, tail: [asked], into: TestFile.holding([])) {
            _ throws(StorageError) in throw .overloaded(waiting: 7)
        }
        #expect(throws: StorageError.overloaded(waiting: 7)) {
            try merge.write(over: nil, folder: "store", commits: 9, time: nil, chain: Checksum())
        }
    }

    @Test(arguments: ["pwrite", "fdatasync", "ftruncate"])
    func aDiskThatFailsIsTold(_ call: String) throws {
        let file = TestFile.holding([])
        file.disk.fail(call, with: DiskFault.noSpace)
        let expected = DiskFault(call: call, path: file.path, code: DiskFault.noSpace)
        #expect(try fault(Case(base: try [BaseLine].small().base()), into: file) == .full(expected))
    }
}
