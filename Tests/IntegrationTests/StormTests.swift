import Foundation
import Testing

/// Swaps under load. A request whose first byte is sent after a change is judged by the new value: an old value that is
/// accepted is stale, a new one that is refused is a false denial, and neither may happen once.
///
/// `make soak` makes ten times as many swaps, alone on the machine.
@Suite(.serialized) struct StormTests {
    @Test func aThousandSwapsUnderLoadGiveNotOneWrongAnswer() throws {
        let storm = try Storm(.dataLink)
        let outcome = try storm.rage(
            swaps: Storm.isSoak ? 10_000 : 1_000 / Sanitizer.patience, reloads: Storm.isSoak ? 20 : 6)
        Self.judge(outcome, of: .dataLink)
        #expect(outcome.metrics[#"keyward_vault_config_reloads_total{result="refused"}"#] == 0)
    }

    @Test(arguments: SwapKind.allCases)
    func everyKindOfChangeCountsFromTheNextRequest(kind: SwapKind) throws {
        Self.judge(try Storm(kind).rage(swaps: Self.swaps(of: kind), reloads: Storm.isSoak ? 3 : 0), of: kind)
    }

    @Test(.enabled(if: Ground.hasMemory, "/dev/shm is no tmpfs here"), arguments: SwapKind.allCases)
    func itHoldsOnTmpfs(kind: SwapKind) throws {
        let outcome = try Storm(kind, on: .tmpfs).rage(swaps: Self.swaps(of: kind))
        #expect(outcome.fileSystem == "tmpfs")
        Self.judge(outcome, of: kind)
    }

    @Test(
        .enabled(if: Ground.canOverlay, "no overlay can be mounted here: it takes root and a folder that serves"),
        arguments: SwapKind.allCases)
    func itHoldsOnOverlay(kind: SwapKind) throws {
        let outcome = try Storm(kind, on: .overlay).rage(swaps: Self.swaps(of: kind))
        #expect(outcome.fileSystem == "overlayfs")
        Self.judge(outcome, of: kind)
    }

    /// Where a file is missing, requests wait 26 ms until that is known.
    private static func swaps(of kind: SwapKind) -> Int {
        (kind == .deletion ? 30 : 60) * (Storm.isSoak ? 20 : 1) / Sanitizer.patience
    }

    private static func judge(_ outcome: Storm.Outcome, of kind: SwapKind) {
        let totals = outcome.totals
        let rotations = outcome.metrics["keyward_rotations_total"] ?? -1
        let overlapUses = outcome.metrics[#"keyward_overlap_uses_total{secret="client-secret"}"#]
        report(
            "storm of \(kind.rawValue) on \(outcome.fileSystem): \(outcome.swaps) swaps, \(totals.requests) requests, "
                + "\(totals.certain) with one right answer, \(totals.stale) stale, "
                + "\(totals.falseDenials) false denials, \(rotations) rotations"
                + (overlapUses.map { ", \($0) uses of the previous value" } ?? ""))
        #expect(totals.stale == 0, "\(totals.wrongs)")
        #expect(totals.falseDenials == 0, "\(totals.wrongs)")
        #expect(totals.wrongs.isEmpty, "\(totals.wrongs)")
        #expect(totals.certain >= outcome.swaps, "too few requests to tell anything: \(totals)")
        #expect(Set(outcome.rotated) == ["client-secret"], "the other secret never changed")
        #expect(outcome.rotated.count == rotations)
        // Of swaps that follow at once the server may see the last one alone.
        let changes = outcome.swaps / kind.swapsPerChange
        #expect(rotations <= changes && rotations >= changes / 2, "of \(changes) changes")
        #expect((overlapUses != nil) == kind.overlaps)
    }
}
