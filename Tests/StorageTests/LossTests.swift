import FHIR
import Synchronization
import Testing

@testable import Storage

/// What `verify` says is lost by damage.
@Suite struct LossTests {
    private let untold = "cannot be told; the newest version of a resource may be in it"

    @Test func ofALegibleLineItSaysTheCommitTheVersionAndWhatIsLeftOfTheResource() async throws {
        let newestIs1 = "is lost, the newest one: version 1 is the newest that is left"
        let expected: [(line: Int, commit: Int, sentences: [String])] = [
            (
                2, 5,
                ["version 2 of Patient/gone, a delete, \(newestIs1)"]
            ),
            (3, 6, ["version 3 of Patient/a is lost, of its history alone: version 4 is sound"]),
            (
                4, 7,
                [
                    "version 1 of Observation/x is lost, and no other version of it is left",
                    "version 1 of Patient/late is lost, of its history alone: version 2 is sound",
                ]
            ),
            (5, 8, ["version 2 of Patient/late \(newestIs1)"]),
            (6, 9, ["version 4 of Patient/a is lost, the newest one: version 3 is the newest that is left"]),
        ]
        for (line, commit, sentences) in expected {
            let store = try await DamagedStore()
            // A digit of the checksum.
            store.damage(store.segment, line: line, bytes: 9..<10)
            #expect(try store.losses() == [["commit \(commit) is lost"] + sentences], "line \(line)")
        }
    }

    @Test func ofAnIllegibleLineItSaysWhatTheNumbersOfLaterVersionsTell() async throws {
        let head = Journal.sealLength..<200
        let store = try await DamagedStore()
        store.damage(store.segment, line: 3, bytes: head)
        let told = "version 3 of Patient/a is lost, of its history alone: version 4 is sound"
        #expect(try store.losses() == [["commit 6 is lost", told, "what else that was \(untold)"]])

        let last = try await DamagedStore()
        last.damage(last.segment, line: 6, bytes: head)
        #expect(try last.losses() == [["commit 9 is lost", "what that was \(untold)"]])

        // Two places may have held it.
        let two = try await DamagedStore()
        for line in [2, 3] { two.damage(two.segment, line: line, bytes: head) }
        let places = [5, 6].map { ["commit \($0) is lost", "what that was \(untold)"] }
        #expect(try two.losses() == places + [[told]])
    }

    @Test func aLineThatMisnamesItsVersionIsNotBelieved() async throws {
        let store = try await DamagedStore()
        var lines = store.lines(store.segment)
        // Version 3 of Patient/a, which line 3 holds, says to be version 4, and that one is sound.
        let place = try #require(lines[2].firstRange(of: Array(#""version":3"#.utf8))).upperBound - 1
        lines[2][place] = UInt8(ascii: "4")
        store.write(Array(lines.joined()), to: store.segment)
        let told = "version 3 of Patient/a is lost, of its history alone: version 4 is sound"
        #expect(try store.losses() == [["commit 6 is lost", told, "what else that was \(untold)"]])
    }

    @Test func inABaseItSaysWhichVersionOrBetweenWhichTwoItStood() async throws {
        let expected: [(line: Int, sentences: [String])] = [
            (
                2,
                [
                    "lost is what stood in front of version 1 of Patient/a",
                    "version 1 of Client/c is lost, and no other version of it is left",
                ]
            ),
            (
                3,
                [
                    "lost is what stood behind version 1 of Client/c and in front of version 2 of Patient/a",
                    "version 1 of Patient/a is lost, of its history alone: version 4 is sound",
                ]
            ),
            (
                5,
                [
                    "lost is what stood behind version 2 of Patient/a",
                    "version 1 of Patient/gone is lost, of its history alone: version 2, a delete, is sound",
                ]
            ),
        ]
        for (line, sentences) in expected {
            let store = try await DamagedStore()
            let count = store.lines(store.base)[line - 1].count
            store.damage(store.base, line: line, bytes: (count - 8)..<(count - 6))
            #expect(try store.losses() == [sentences], "line \(line)")
            let illegible = try await DamagedStore()
            illegible.damage(illegible.base, line: line, bytes: Journal.sealLength..<200)
            let losses = try illegible.losses()
            #expect(losses.count == 1 && losses[0].first == sentences[0], "line \(line): \(losses)")
            // The segment behind it tells of a newest version alone.
            let told = line == 5 ? sentences[1] : "what that was \(untold)"
            #expect(losses[0].contains(told), "line \(line): \(losses)")
        }
    }

    @Test func whereNothingIsLostItSaysNothingIsLost() async throws {
        for (file, line) in [("store/base-000000000004.ndjson", 1), ("store/journal-000000000004.ndjson", 1)] {
            let store = try await DamagedStore()
            store.damage(file, line: line, bytes: 30..<31)
            #expect(try store.losses() == [[]], "\(file)")
        }
        let end = try await DamagedStore()
        end.damage(end.base, line: 6, bytes: 40..<41)
        #expect(try end.losses() == [[]])
        let newline = try await DamagedStore()
        let bytes = newline.lines(newline.segment)
        newline.write(bytes[0] + bytes[1].dropLast() + [0x20] + bytes[2...].joined(), to: newline.segment)
        #expect(try newline.losses() == [[]])
    }

    @Test func ofAMissingFileItSaysTheCommitsAndWhatLaterVersionsTell() async throws {
        let base = try await DamagedStore()
        base.remove(base.base)
        let losses = try base.losses()
        #expect(losses.count == 1)
        #expect(losses.first?.first == "commits 1 to 4 are lost")
        #expect(losses.first?.contains { $0.hasPrefix("version 2 of Patient/a is lost, of its history alone") } == true)
        #expect(losses.first?.contains { $0.hasPrefix("version 1 of Patient/gone is lost, of its") } == true)
        #expect(losses.first?.last == "what else that was \(untold)")

        let segment = try await DamagedStore()
        segment.remove(segment.segment)
        #expect(try segment.losses() == [["what that was \(untold)"]])
    }

    @Test func linesCutOffTheEndOfASealedSegmentAreCounted() async throws {
        let disk = TestDisk()
        let store = try JournalStore.opened(on: disk)
        for id in ["a", "b", "c"] { try await store.put("Patient/\(id)") }
        // The sealed segment stays, and the base that took it in goes.
        disk.fail("unlink", with: 5)
        _ = try await store.compact()
        disk.fail("unlink", with: nil)
        await store.close()
        let journal = disk.journal().split(separator: Journal.newline).map { $0 + [Journal.newline] }
        disk.state.withLock { state in
            state.files["store/base-000000000003.ndjson"] = nil
            state.files["store/journal.ndjson"] = Array(journal.dropLast().joined())
        }
        let report = try JournalStore.verify("store", readOnly: true, disk: disk)
        #expect(report.findings.map(\.lost) == [["commit 3 is lost", "what that was \(untold)"]])
        #expect(report.findings.first?.reason.contains("behind commit 3, the one before it ends with 2") == true)
    }
}
